import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { withClose } from './with-close.ts'

const head = (...lines: string[]): string => [...lines, '', ''].join('\r\n')

describe('a head with Connection: close', () => {
  const cases: Record<string, [before: string[], after: string[]]> = {
    "replaces Node's own": [
      ['A: 1', 'Connection: keep-alive', 'Keep-Alive: timeout=5', 'B: 2'],
      ['A: 1', 'Connection: close', 'B: 2'],
    ],
    'keeps the way the name is written': [['connection: Keep-Alive'], ['connection: close']],
    'keeps other tokens': [
      ['Connection: keep-alive, X-Hop', 'X-Hop: 1'],
      ['Connection: X-Hop, close', 'X-Hop: 1'],
    ],
    'goes over several lines': [
      ['Connection: X-Hop', 'Connection: keep-alive'],
      ['Connection: X-Hop, close'],
    ],
    'is as it was where it says so': [
      ['Connection: Upgrade, close', 'Keep-Alive: x'],
      ['Connection: Upgrade, close', 'Keep-Alive: x'],
    ],
    'has the line at the end where there was none': [['A: 1'], ['A: 1', 'Connection: close']],
    'leaves headers alone that only look like it': [
      ['X-Connection: keep-alive', 'A: connection: keep-alive'],
      ['X-Connection: keep-alive', 'A: connection: keep-alive', 'Connection: close'],
    ],
  }
  for (const [name, [before, after]] of Object.entries(cases))
    it(name, () => {
      assert.equal(withClose(head('HTTP/1.1 200 OK', ...before)), head('HTTP/1.1 200 OK', ...after))
    })

  it('is none for what ends HTTP on the connection', () => {
    assert.equal(withClose(head('HTTP/1.1 101 Switching Protocols', 'Connection: Upgrade')), undefined)
  })
})
