import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { convert } from './convert.ts'

const counter = {
  name: 'orders_total',
  help: 'Orders.',
  type: 'counter',
  aggregator: 'sum',
  values: [{ value: 2, labels: { kind: 'new', code: 7 } }],
}

/** Cumulative, as prom-client says it. */
const histogram = {
  name: 'job_seconds',
  help: 'Jobs.',
  type: 'histogram',
  values: [
    { metricName: 'job_seconds_bucket', labels: { le: 0.1, queue: 'a' }, value: 3 },
    { metricName: 'job_seconds_bucket', labels: { le: 1, queue: 'a' }, value: 5 },
    { metricName: 'job_seconds_bucket', labels: { le: '+Inf', queue: 'a' }, value: 6 },
    { metricName: 'job_seconds_sum', labels: { queue: 'a' }, value: 12.5 },
    { metricName: 'job_seconds_count', labels: { queue: 'a' }, value: 6 },
    { metricName: 'job_seconds_bucket', labels: { le: 0.1, queue: 'b' }, value: 0 },
    { metricName: 'job_seconds_bucket', labels: { le: 1, queue: 'b' }, value: 1 },
    { metricName: 'job_seconds_bucket', labels: { le: '+Inf', queue: 'b' }, value: 1 },
    { metricName: 'job_seconds_sum', labels: { queue: 'b' }, value: 0.5 },
    { metricName: 'job_seconds_count', labels: { queue: 'b' }, value: 1 },
  ],
}

const summary = {
  name: 'mail_seconds',
  help: 'Mails.',
  type: 'summary',
  values: [
    { labels: { quantile: 0.5 }, value: 1 },
    { metricName: 'mail_seconds_sum', labels: {}, value: 4 },
    { metricName: 'mail_seconds_count', labels: {}, value: 3 },
  ],
}

const gauge = (aggregator: unknown, name = 'queue_length') => ({
  name,
  help: 'Queue.',
  type: 'gauge',
  aggregator,
  values: [{ value: 5, labels: {} }],
})

describe('a metric of prom-client', () => {
  it('that is a counter is one; its labels are text', () => {
    assert.deepEqual(convert(counter), {
      name: 'orders_total',
      help: 'Orders.',
      type: 'counter',
      merge: 'sum',
      series: [{ labels: { kind: 'new', code: '7' }, value: 2 }],
    })
  })

  it('that is a histogram has what fell into each bucket and no smaller one', () => {
    assert.deepEqual(convert(histogram), {
      name: 'job_seconds',
      help: 'Jobs.',
      type: 'histogram',
      merge: 'sum',
      bounds: [0.1, 1],
      series: [
        { labels: { queue: 'a' }, counts: [3, 2, 1], sum: 12.5 },
        { labels: { queue: 'b' }, counts: [0, 1, 0], sum: 0.5 },
      ],
    })
  })

  it('that is a summary has its sum and its count', () => {
    assert.deepEqual(convert(summary), {
      name: 'mail_seconds',
      help: 'Mails.',
      type: 'histogram',
      merge: 'sum',
      bounds: [],
      series: [{ labels: {}, counts: [3], sum: 4 }],
    })
  })

  it('that is a gauge is merged as it says, else summed up', () => {
    for (const aggregator of ['sum', 'first', 'min', 'max', 'average'])
      assert.equal(convert(gauge(aggregator))?.merge, aggregator)
    assert.equal(convert(gauge(undefined))?.merge, 'sum')
    assert.equal(convert(gauge('nonsense'))?.merge, 'sum')
    assert.equal(convert(gauge('omit')), undefined)
  })

  it('that is when the process started is there once for each slot', () => {
    assert.equal(convert(gauge('omit', 'process_start_time_seconds'))?.merge, 'slot-max')
  })

  it('has the default labels of its registry, save where it has its own', () => {
    const [series] = convert(counter, { app: 'shop', kind: 'any' })!.series
    assert.deepEqual(series?.labels, { app: 'shop', kind: 'new', code: '7' })
  })

  it('without a number says nothing', () => {
    const values = [NaN, Infinity, undefined, '7', -1].map((value) => ({ value, labels: {} }))
    assert.deepEqual(convert({ ...counter, values })?.series, [])
  })

  for (const none of [undefined, null, 7, 'x', [], {}, { ...counter, name: 'a b' }, { ...counter, name: 7 }])
    it(`that is none is left out: ${JSON.stringify(none)}`, () => assert.equal(convert(none), undefined))

  it('of a kind that is not known, or with values that are none, is left out', () => {
    assert.equal(convert({ ...counter, type: 'untyped' }), undefined)
    assert.equal(convert({ ...counter, values: 'x' }), undefined)
    assert.deepEqual(convert({ ...counter, values: [null, 7, {}, { value: 1, labels: 'x' }] })?.series, [])
  })
})
