import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Relief } from './relief.ts'

const worker = {}

/** How long it takes from `now` on until the worker takes connections again. */
function lengthFrom(relief: Relief<object>, now: number): number {
  let length = 0
  while (relief.holds(worker, 0.8, now + length)) length += 100
  return length
}

describe('Relief', () => {
  it('begins when a worker has given connections twice', () => {
    const relief = new Relief()
    assert.equal(lengthFrom(relief, 0), 0)
    relief.begin(worker, 0)
    assert.equal(lengthFrom(relief, 0), 0)
    relief.begin(worker, 1000)
    assert.equal(lengthFrom(relief, 1000), 5000)
    relief.begin(worker, 2000)
    assert.equal(lengthFrom(relief, 2000), 5000)
  })

  it('does not begin where the other time is long ago', () => {
    const relief = new Relief()
    relief.begin(worker, 0)
    relief.begin(worker, 6000)
    assert.equal(lengthFrom(relief, 6000), 0)
  })

  it('ends when the worker has little to do', () => {
    const relief = new Relief()
    relief.begin(worker, 0)
    relief.begin(worker, 300)
    assert.ok(relief.holds(worker, 0.8, 400))
    assert.ok(!relief.holds(worker, 0.1, 400))
  })

  it('holds for longer each time that what comes back makes it busy again, and not without end', () => {
    const relief = new Relief()
    relief.begin(worker, 0)
    let now = 1000
    const lengths = Array.from({ length: 6 }, () => {
      relief.begin(worker, now)
      const length = lengthFrom(relief, now)
      now += length + 1000
      return length
    })
    assert.deepEqual(lengths, [5000, 10_000, 20_000, 40_000, 60_000, 60_000])
    relief.begin(worker, now + 120_000)
    assert.equal(lengthFrom(relief, now + 120_000), 0)
  })
})
