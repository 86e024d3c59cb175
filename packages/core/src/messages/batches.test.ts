import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { Batches, mostWaiting } from './batches.ts'
import type { Message } from './message.ts'

/** Keeps what is sent, until it is told that it has left. */
function slowReader(): { batches: Batches; sent: Message[][]; read: () => void } {
  const sent: Message[][] = []
  const waiting: (() => void)[] = []
  const batches = new Batches((batch, done) => {
    sent.push(batch)
    waiting.push(done)
  })
  return { batches, sent, read: () => waiting.shift()?.() }
}

const small = (number: number): Message => ['topic', String(number)]
const large: Message = ['topic', 'x'.repeat(1024 * 1024)]

describe('Batches', () => {
  it('sends those of one turn of the event loop together, and the next ones when they have been sent', async () => {
    const { batches, sent, read } = slowReader()
    batches.add(small(1))
    batches.add(small(2))
    assert.deepEqual(sent, [])
    await nextTurn()
    batches.add(small(3))
    await nextTurn()
    assert.deepEqual(sent, [[small(1), small(2)]])
    read()
    await nextTurn()
    assert.deepEqual(sent[1], [small(3)])
  })

  it('says of each when it has been sent', async () => {
    const { batches, read } = slowReader()
    const said: number[] = []
    for (const number of [1, 2]) batches.add(small(number), () => said.push(number))
    await nextTurn()
    assert.deepEqual(said, [])
    read()
    assert.deepEqual(said, [1, 2])
  })

  it('keeps batches small, so that nothing waits long behind one', async () => {
    const { batches, sent, read } = slowReader()
    for (let number = 0; number < 100; number++) batches.add(['topic', 'x'.repeat(2000)])
    batches.add(large)
    for (let turn = 0; turn < 10; turn++) {
      await nextTurn()
      read()
    }
    assert.ok(sent.length > 3)
    assert.deepEqual(sent.at(-1), [large])
    for (const batch of sent.slice(0, -1)) assert.ok(batch.length <= 32)
    assert.equal(sent.flat().length, 101)
  })

  it('has room for so much and no more, until some has been sent', async () => {
    const { batches, sent, read } = slowReader()
    let accepted = 0
    while (batches.add(large)) accepted++
    assert.ok(accepted * large[1].length <= mostWaiting)
    await nextTurn()
    assert.ok(batches.add(large))
    assert.ok(!batches.add(large))
    read()
    await nextTurn()
    assert.equal(sent.length, 2)
  })

  it('sends all at once where nothing can be sent later, in order', async () => {
    const { batches, sent } = slowReader()
    batches.add(small(1))
    await nextTurn()
    batches.add(small(2))
    batches.add(large)
    batches.flush()
    assert.deepEqual(sent.flat(), [small(1), small(2), large])
    await nextTurn()
    assert.equal(sent.flat().length, 3)
  })
})
