import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { quantile } from './quantile.ts'

const bounds = [1, 2, 4]

describe('a quantile of buckets', () => {
  it('is spread evenly within a bucket', () => {
    assert.equal(quantile(bounds, [0, 10, 0, 0], 0.5), 1.5)
    assert.equal(quantile(bounds, [10, 0, 10, 0], 0.5), 1)
    assert.equal(quantile(bounds, [10, 0, 10, 0], 0.75), 3)
    assert.equal(quantile(bounds, [10, 0, 0, 0], 0.99), 0.99)
  })

  it('is never above the last bound, and null where nothing is', () => {
    assert.equal(quantile(bounds, [0, 0, 0, 5], 0.5), 4)
    assert.equal(quantile(bounds, [0, 0, 0, 0], 0.5), null)
    assert.equal(quantile([], [], 0.5), null)
  })

  it('grows with the share', () => {
    const counts = [3, 0, 7, 2]
    const values = Array.from({ length: 101 }, (_, percent) => quantile(bounds, counts, percent / 100)!)
    for (const [index, value] of values.entries()) assert.ok(value >= (values[index - 1] ?? 0))
  })
})
