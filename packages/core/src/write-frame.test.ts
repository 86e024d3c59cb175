import assert from 'node:assert/strict'
import fs from 'node:fs'
import type { Http2Session } from 'node:http2'
import { it, type TestContext } from 'node:test'
import { writeFrame } from './node-internals/http2.ts'

const frame = Buffer.from('0123456789')
const handle = { fd: 99, writeQueueSize: 0, bytesWritten: 1 }

/** A session on a connection with such a handle, which keeps whether it was destroyed. */
const session = (more: object = {}, how: object = {}): Http2Session =>
  ({
    destroyed: false,
    encrypted: false,
    socket: { _handle: { ...handle, ...more } },
    destroy(this: { destroyed: boolean }) {
      this.destroyed = true
    },
    ...how,
  }) as unknown as Http2Session

/** The kernel takes so many bytes at each write, or none where it says an error. */
function kernel(t: TestContext, answers: (number | string)[]): string[] {
  const taken: string[] = []
  t.mock.method(fs, 'writeSync', (_: number, bytes: Buffer, offset: number) => {
    const answer = answers.length > 1 ? answers.shift()! : answers[0]!
    if (typeof answer === 'string') throw Object.assign(new Error(answer), { code: answer })
    taken.push(String(bytes.subarray(offset, offset + answer)))
    return answer
  })
  return taken
}

it('writes a frame whole, in as many pieces as the kernel takes', (t) => {
  // However long this process is not scheduled.
  t.mock.method(performance, 'now', () => 0)
  const taken = kernel(t, [4, 'EAGAIN', 6])
  assert.equal(writeFrame(session(), frame), 'written')
  assert.deepEqual(taken, ['0123', '456789'])
})

it('ends a connection that has got a part of a frame and takes no more', (t) => {
  kernel(t, [4, 'EAGAIN'])
  const half = session()
  assert.equal(writeFrame(half, frame), 'impossible')
  assert.equal(half.destroyed, true)
})

it('writes only where it can, between two frames', (t) => {
  kernel(t, ['EAGAIN'])
  const outcomes = [
    session(),
    session({ writeQueueSize: 1 }),
    session({ bytesWritten: 0 }),
    session({ fd: -1 }),
    session({ fd: undefined }),
    session({ writeQueueSize: undefined }),
    session({}, { socket: { _handle: null } }),
    session({}, { encrypted: true }),
    session({}, { encrypted: undefined }),
    session({}, { destroyed: true }),
  ].map((each) => writeFrame(each, frame))
  assert.deepEqual(outcomes, [...Array(3).fill('busy'), ...Array(7).fill('impossible')])
  t.mock.reset()
  kernel(t, ['EPIPE'])
  const gone = session()
  assert.equal(writeFrame(gone, frame), 'impossible')
  assert.equal(gone.destroyed, false)
})
