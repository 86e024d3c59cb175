import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { WorkerMetric } from './metric.ts'
import { Changes } from './changes.ts'

function scalars(type: 'counter' | 'gauge', values: Record<string, number>): WorkerMetric {
  const series = Object.entries(values).map(([kind, value]) => ({ labels: { kind }, value }))
  return { name: 'x', help: '', type, merge: 'sum', series }
}

function histogram(counts: number[], sum: number): WorkerMetric {
  const series = [{ labels: {}, counts, sum }]
  return { name: 'x', help: '', type: 'histogram', merge: 'sum', bounds: [1], series }
}

function valuesIn(metric: WorkerMetric | undefined): Record<string, number> {
  assert.ok(metric && metric.type !== 'histogram')
  return Object.fromEntries(metric.series.map(({ labels, value }) => [labels['kind'], value]))
}

describe("what has changed in the app's metrics", () => {
  it('is all at first, and then only what is not as it was', () => {
    const changes = new Changes(100)
    assert.deepEqual(valuesIn(changes.take(scalars('counter', { a: 1, b: 2 }))), { a: 1, b: 2 })
    assert.equal(changes.take(scalars('counter', { a: 1, b: 2 })), undefined)
    assert.deepEqual(valuesIn(changes.take(scalars('counter', { a: 1, b: 3 }))), { b: 3 })
  })

  it('is a histogram of which one number has', () => {
    const changes = new Changes(100)
    changes.take(histogram([2, 3], 9))
    assert.equal(changes.take(histogram([2, 3], 9)), undefined)
    assert.deepEqual(changes.take(histogram([2, 4], 9))?.series, [{ labels: {}, counts: [2, 4], sum: 9 }])
    assert.deepEqual(changes.take(histogram([2, 4], 8))?.series, [{ labels: {}, counts: [2, 4], sum: 8 }])
  })

  it('is nothing in a counter that the app removes, and a gauge that it removes has no number', () => {
    const counters = new Changes(100)
    counters.take(scalars('counter', { a: 40 }))
    assert.equal(counters.take(scalars('counter', {})), undefined)
    assert.deepEqual([...counters.removed(new Set())], [])
    const gauges = new Changes(100)
    gauges.take(scalars('gauge', { a: 40, b: 1 }))
    assert.deepEqual(valuesIn(gauges.take(scalars('gauge', { a: 2 }))), { a: 2, b: NaN })
    assert.equal(gauges.take(scalars('gauge', { a: 2 })), undefined)
    assert.deepEqual([...gauges.removed(new Set(['x']))], [])
    assert.deepEqual([...gauges.removed(new Set())].map(valuesIn), [{ a: NaN }])
    assert.deepEqual([...gauges.removed(new Set())], [])
  })

  it('has room for so many series', () => {
    const changes = new Changes(2)
    assert.deepEqual(valuesIn(changes.take(scalars('gauge', { a: 1, b: 1 }))), { a: 1, b: 1 })
    assert.equal(changes.isFull, false)
    assert.deepEqual(valuesIn(changes.take(scalars('gauge', { a: 2, b: 1, c: 1 }))), { a: 2 })
    assert.equal(changes.isFull, true)
    assert.deepEqual(valuesIn(changes.take(scalars('gauge', { b: 1, c: 1 }))), { a: NaN })
    assert.deepEqual(valuesIn(changes.take(scalars('gauge', { b: 1, c: 1 }))), { c: 1 })
  })
})
