import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { describe, it } from 'node:test'
import { FrameTracker } from './frame-tracker.ts'

const head = Buffer.from(
  'HTTP/1.1 101 Switching Protocols\r\nupgrade: WebSocket\r\nConnection: Upgrade\r\n\r\n',
)
const closeFrame = Buffer.from([0x88, 2, 1012 >> 8, 1012 & 255])
const hello = Buffer.from('\x81\x05hello', 'latin1')
const firstHalf = Buffer.from('\x01\x03hel', 'latin1')
const otherHalf = Buffer.from('\x80\x02lo', 'latin1')

function tracked(isOthers = false): { stream: Duplex; tracker: FrameTracker; sent: () => Buffer } {
  const sent: Buffer[] = []
  const stream = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, callback) {
      sent.push(chunk)
      callback()
    },
  })
  return { stream, tracker: new FrameTracker(stream, () => isOthers), sent: () => Buffer.concat(sent) }
}

describe('the tracker of frames', () => {
  it('closes behind a message, however the bytes come, and drops what comes then', () => {
    const before = Buffer.concat([head, hello, firstHalf])
    for (const size of [1, 2, 5, 1000]) {
      const { stream, tracker, sent } = tracked()
      for (let at = 0; at < before.length; at += size) stream.write(before.subarray(at, at + size))
      tracker.close(1012)
      assert.equal(tracker.isClosed, false)
      const behind = Buffer.concat([otherHalf, hello, hello])
      for (let at = 0; at < behind.length; at += size) stream.write(behind.subarray(at, at + size))
      assert.equal(tracker.isClosed, true)
      assert.deepEqual(sent(), Buffer.concat([before, otherHalf, closeFrame]))
    }
  })

  it('closes at once between two messages, calls back for what it drops, and lets the library end', async () => {
    const { stream, tracker, sent } = tracked()
    stream.cork()
    stream.write(head.toString('base64'), 'base64')
    stream.write(hello)
    tracker.close(1012)
    stream.uncork()
    await new Promise<void>((resolve) => void stream.write('late', () => resolve()))
    await new Promise<void>((resolve) => void stream.end(hello, () => resolve()))
    assert.equal(stream.writableFinished, true)
    assert.deepEqual(sent(), Buffer.concat([head, hello, closeFrame]))
  })

  it('leaves to the library what it has closed itself', () => {
    const { stream, tracker, sent } = tracked()
    stream.write(Buffer.concat([head, closeFrame]))
    tracker.close(1001)
    assert.equal(tracker.isClosed, true)
    assert.deepEqual(sent(), Buffer.concat([head, closeFrame]))
  })

  it('leaves alone what is no WebSocket, and what somebody else can close', () => {
    for (const [isOthers, first] of [
      [true, head],
      [false, Buffer.from(String(head).replace('WebSocket', 'other'))],
      [false, Buffer.from(String(head).replace('101', '400'))],
    ] as const) {
      const { stream, tracker, sent } = tracked(isOthers)
      stream.write(first)
      stream.write(hello)
      assert.equal(tracker.isOpen, false)
      tracker.close(1012)
      stream.write(hello)
      assert.deepEqual(sent(), Buffer.concat([first, hello, hello]))
    }
  })

  it('leaves it to the stream to refuse what cannot be written', () => {
    const { stream } = tracked()
    assert.throws(() => stream.write(null), { code: 'ERR_STREAM_NULL_VALUES' })
    assert.throws(() => stream.write({}), { code: 'ERR_INVALID_ARG_TYPE' })
  })
})
