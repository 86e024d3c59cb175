import assert from 'node:assert/strict'
import { it } from 'node:test'
import { describeOptions } from './own-options.ts'

const registry = { getMetricsAsJSON: () => [] }

it('the primary is told of options without what is for workers alone', () => {
  assert.deepEqual(describeOptions({ workers: 2, metrics: { registry }, onReady: () => {} }), {
    options: { workers: 2, metrics: {} },
    others: [],
  })
  assert.deepEqual(describeOptions({ metrics: false, env: () => ({}) }), {
    options: { metrics: false },
    others: ['env'],
  })
})
