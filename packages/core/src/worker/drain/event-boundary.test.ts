import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { EventBoundary } from './event-boundary.ts'

function after(...chunks: [unknown, unknown?][]): boolean | undefined {
  const boundary = new EventBoundary()
  for (const [chunk, encoding] of chunks) boundary.follow(chunk, encoding)
  return boundary.isBetween
}

const ended = ['data: a\n\n', 'data: a\r\n\r\n', 'data: a\r\r', 'data: a\n\r\n', 'data: a\r\n\n', ': é\n\n\n']
const open = ['data: a', 'data: a\n', 'data: a\r\n', 'data: a\r', 'data: a\n\ndata: b', 'a\n\nb\r\n', '\n']

describe('the end of what was written to an event stream', () => {
  for (const [texts, isBetween] of [
    [ended, true],
    [open, false],
  ] as const)
    for (const text of texts)
      it(`is ${isBetween ? '' : 'not '}between two events: ${JSON.stringify(text)}`, () => {
        assert.equal(after([text]), isBetween)
        assert.equal(after([Buffer.from(text)]), isBetween)
        assert.equal(after([Buffer.from(text).toString('base64'), 'base64']), isBetween)
        const bytes = [...Buffer.from(text)]
        assert.equal(
          after(...bytes.map((byte): [Uint8Array] => [Uint8Array.of(byte)])),
          isBetween,
          'by bytes',
        )
        assert.equal(after(...text.split('').map((letter): [string] => [letter])), isBetween, 'by letters')
      })

  it('is not known before something was', () => {
    assert.equal(after(), undefined)
    assert.equal(after(['']), undefined)
    assert.equal(after(['data: a\n\n'], [''], [Buffer.alloc(0)]), true)
  })
})
