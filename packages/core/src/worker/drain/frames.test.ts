import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Frames } from './frames.ts'

function frame(first: number, length: number, mask = false): Buffer {
  const long = length > 0xffff ? 8 : length > 125 ? 2 : 0
  const head = Buffer.alloc(2 + long)
  head[0] = first
  head[1] = (mask ? 0x80 : 0) | (long === 8 ? 127 : long === 2 ? 126 : length)
  if (long === 2) head.writeUInt16BE(length, 2)
  if (long === 8) head.writeBigUInt64BE(BigInt(length), 2)
  // Payload that looks like a header itself.
  return Buffer.concat([head, Buffer.alloc(mask ? 4 : 0, 0x88), Buffer.alloc(length, 0x88)])
}

/** Frames, and whether no message is open behind each. */
const conversation: [Buffer, boolean][] = [
  [frame(0x81, 5), true],
  [frame(0x82, 0), true],
  [frame(0x01, 3), false],
  [frame(0x89, 2), false],
  [frame(0x00, 200), false],
  [frame(0x80, 1), true],
  // Compressed.
  [frame(0xc1, 125), true],
  [frame(0x41, 126), false],
  [frame(0x80, 0), true],
  [frame(0x82, 70_000), true],
  [frame(0x81, 65_535), true],
  [frame(0x81, 7, true), true],
  [frame(0x82, 300, true), true],
  [frame(0x8a, 0), true],
]

describe('the frames of a WebSocket', () => {
  const bytes = Buffer.concat(conversation.map(([piece]) => piece))
  const ends: number[] = []
  const betweens = new Set<number>([0])
  for (const [piece, isBetween] of conversation) {
    ends.push((ends.at(-1) ?? 0) + piece.length)
    if (isBetween) betweens.add(ends.at(-1)!)
  }

  it('are between two messages behind the last frame of one, byte by byte', () => {
    const frames = new Frames()
    assert.equal(frames.isBetween, true)
    for (let at = 0; at < bytes.length; at++) {
      frames.follow(bytes.subarray(at, at + 1))
      if (frames.isBetween !== betweens.has(at + 1)) assert.fail(`after byte ${at + 1}`)
    }
    assert.deepEqual([frames.isClosed, frames.isBroken], [false, false])
  })

  it('are followed in pieces of any size', () => {
    for (const size of [2, 3, 7, 64, 1000, bytes.length]) {
      const frames = new Frames()
      for (let at = 0; at < bytes.length; at += size) {
        const piece = bytes.subarray(at, at + size)
        assert.equal(frames.follow(piece), piece.length)
        assert.equal(frames.isBetween, betweens.has(at + piece.length), `pieces of ${size}, at ${at}`)
      }
    }
  })

  it('are followed to the end of the message that is open, and no further', () => {
    const frames = new Frames()
    frames.follow(bytes.subarray(0, ends[2]! + 1))
    assert.equal(frames.follow(bytes.subarray(ends[2]! + 1), true), ends[5]! - ends[2]! - 1)
    assert.equal(frames.isBetween, true)
  })

  it('say that they are closed, or no frames', () => {
    const closed = new Frames()
    closed.follow(frame(0x88, 2))
    assert.equal(closed.isClosed, true)
    const broken = new Frames()
    broken.follow(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'.replace('H', '\x87'), 'latin1'))
    assert.equal(broken.isBroken, true)
  })
})
