import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { Ledger } from './ledger.ts'
import type { Distribution, HistogramMetric, Labels, Merge, Metric, Scalar, WorkerMetric } from '../metric.ts'

function scalar(type: 'counter' | 'gauge', name: string, merge: Merge, series: Scalar[]): WorkerMetric {
  return { name, help: '', type, merge, series }
}

function histogram(name: string, bounds: number[], series: Distribution[]): WorkerMetric {
  return { name, help: '', type: 'histogram', merge: 'sum', bounds, series }
}

function single(
  name: string,
  value: number,
  { type = 'gauge', merge = 'sum', labels = {} } = {},
): WorkerMetric {
  return scalar(type as 'gauge', name, merge as Merge, [{ labels, value }])
}

const counter = (value: number, labels: Labels = {}): WorkerMetric =>
  single('c_total', value, { type: 'counter', labels })

class Kept extends Ledger {
  readonly problems: string[]

  constructor() {
    const problems: string[] = []
    super((problem) => problems.push(problem))
    this.problems = problems
  }

  family(name: string): Metric | undefined {
    return this.metrics().find((metric) => metric.name === name)
  }

  value(name: string, labels: Labels = {}): number | undefined {
    const series = (this.family(name)?.series ?? []) as Scalar[]
    return series.find((known) => isDeepStrictEqual(known.labels, labels))?.value
  }
}

describe('a ledger', () => {
  it('keeps what finished workers had, and adds what live ones say', () => {
    const ledger = new Kept()
    const [old, young] = [{}, {}]
    ledger.update(old, '0', [counter(40)])
    ledger.finish(old)
    assert.equal(ledger.value('c_total'), 40)
    ledger.update(young, '0', [counter(2)])
    ledger.update(young, '0', [counter(5)])
    assert.equal(ledger.value('c_total'), 45)
  })

  it('takes the counters of a message that comes behind the exit of its worker, and no gauge', () => {
    const ledger = new Kept()
    const worker = {}
    ledger.update(worker, '0', [counter(40), single('g', 7)])
    ledger.finish(worker)
    ledger.update(worker, '0', [counter(43), single('g', 7)])
    assert.equal(ledger.value('c_total'), 43)
    assert.equal(ledger.family('g'), undefined)
  })

  it('knows a series by its labels, in whatever order they come', () => {
    const ledger = new Kept()
    ledger.update({}, '0', [counter(1, { a: '1', b: '2' })])
    ledger.update({}, '1', [counter(2, { b: '2', a: '1' })])
    assert.equal(ledger.value('c_total', { a: '1', b: '2' }), 3)
  })

  it('goes on where a counter begins anew', () => {
    const ledger = new Kept()
    const worker = {}
    for (const value of [10, 3, 4]) ledger.update(worker, '0', [counter(value)])
    assert.equal(ledger.value('c_total'), 14)
  })

  it('merges gauges as they say', () => {
    for (const [merge, merged] of [
      ['sum', 12],
      ['min', 2],
      ['max', 7],
      ['average', 4],
      ['first', 2],
      ['omit', undefined],
    ] as const) {
      const ledger = new Kept()
      for (const value of [2, 7, 3]) ledger.update({}, '0', [single('g', value, { merge })])
      assert.equal(ledger.value('g'), merged, merge)
    }
  })

  it('gives slots a label: while two workers share one, their sum, or the larger value', () => {
    const ledger = new Kept()
    const old = {}
    ledger.update(old, '0', [single('size', 5, { merge: 'slot' }), single('late', 5, { merge: 'slot-max' })])
    ledger.update({}, '0', [single('size', 2, { merge: 'slot' }), single('late', 2, { merge: 'slot-max' })])
    ledger.update({}, '1', [single('size', 1, { merge: 'slot' })])
    assert.deepEqual([ledger.value('size', { slot: '0' }), ledger.value('size', { slot: '1' })], [7, 1])
    assert.equal(ledger.value('late', { slot: '0' }), 5)
    ledger.finish(old)
    assert.equal(ledger.value('size', { slot: '0' }), 2)
    assert.equal(ledger.value('late', { slot: '0' }), 2)
  })

  it('lets what a spare had stay where it was when it takes a slot', () => {
    const ledger = new Kept()
    const worker = {}
    const tell = (slot: string, used: number): void =>
      ledger.update(worker, slot, [
        single('cpu_total', used, { type: 'counter', merge: 'slot' }),
        single('size', used, { merge: 'slot' }),
      ])
    tell('spare', 10)
    tell('2', 13)
    assert.equal(ledger.value('cpu_total', { slot: 'spare' }), 10)
    assert.equal(ledger.value('cpu_total', { slot: '2' }), 3)
    assert.deepEqual(ledger.family('size')?.series, [{ labels: { slot: '2' }, value: 13 }])
  })

  it('has the buckets of all, where new code has others', () => {
    const ledger = new Kept()
    ledger.update({}, '0', [histogram('h', [1, 5], [{ labels: {}, counts: [2, 3, 4], sum: 50 }])])
    ledger.update({}, '0', [histogram('h', [2, 5, 9], [{ labels: {}, counts: [1, 1, 1, 1], sum: 20 }])])
    const { bounds, series } = ledger.family('h') as HistogramMetric
    assert.deepEqual(bounds, [1, 2, 5, 9])
    assert.deepEqual(series, [{ labels: {}, counts: [2, 1, 4, 1, 5], sum: 70 }])
  })

  it('leaves out what has the name of another kind, and says so once', () => {
    const ledger = new Kept()
    ledger.update({}, '0', [counter(3)])
    for (let time = 0; time < 2; time++) ledger.update({}, '1', [single('c_total', 9)])
    assert.equal(ledger.value('c_total'), 3)
    assert.equal(ledger.problems.length, 1)
  })

  it('lets new code make another kind of what nobody has any more', () => {
    const ledger = new Kept()
    const old = {}
    ledger.update(old, '0', [single('size', 9)])
    ledger.finish(old)
    ledger.update({}, '0', [single('size', 2, { type: 'counter' })])
    assert.equal(ledger.value('size'), 2)
    assert.deepEqual(ledger.problems, [])
  })

  it('has a bound, says once that it is reached, and goes on with what it knows', () => {
    const ledger = new Kept()
    const worker = {}
    const series = (from: number): Scalar[] =>
      Array.from({ length: 10_000 }, (_, at) => ({ labels: { id: String(from + at) }, value: 1 }))
    ledger.update(worker, '0', [counter(1)])
    for (const from of [0, 10_000])
      ledger.update(worker, '0', [scalar('counter', 'many_total', 'sum', series(from))])
    assert.equal(ledger.family('many_total')!.series.length, 9999)
    assert.equal(ledger.problems.length, 1)
    ledger.update(worker, '0', [counter(2)])
    assert.equal(ledger.value('c_total'), 2)
  })

  it('has room again when gauges go', () => {
    const ledger = new Kept()
    for (let life = 0; life < 3; life++) {
      const worker = {}
      const series = Array.from({ length: 9000 }, (_, at) => ({ labels: { id: String(at) }, value: 1 }))
      ledger.update(worker, '0', [scalar('gauge', 'many', 'sum', series)])
      ledger.finish(worker)
    }
    assert.deepEqual(ledger.problems, [])
  })

  for (const none of [NaN, null])
    it(`has a gauge no more of which its worker says that it is gone (${none})`, () => {
      const ledger = new Kept()
      const [one, other] = [{}, {}]
      for (const worker of [one, other]) ledger.update(worker, '0', [single('size', 2)])
      ledger.update(one, '0', [single('size', none as number)])
      assert.equal(ledger.value('size'), 2)
      ledger.update(other, '0', [single('size', none as number)])
      ledger.update(other, '0', [single('size', none as number)])
      assert.equal(ledger.family('size'), undefined)
      ledger.update(one, '0', [single('size', 5)])
      assert.equal(ledger.value('size'), 5)
      assert.deepEqual(ledger.problems, [])
    })

  it('believes no rubbish, and what is beside it', () => {
    const rubbish = [
      null,
      7,
      {},
      counter(-1),
      counter(Number.NaN),
      { ...counter(1), name: 'a b' },
      { ...counter(1), merge: 'toString' },
      { ...counter(1), merge: 'max' },
      { ...counter(1), series: 5 },
      { ...counter(1), series: [null] },
      { ...counter(1), series: [{ labels: { a: 1 }, value: 1 }] },
      { ...counter(1), series: [{ labels: { a: 'x'.repeat(2000) }, value: 1 }] },
      { ...counter(1), series: [{ value: 1 }] },
      counter(1e300),
      counter(1, { __name__: 'x' }),
      histogram('h', [1], [{ labels: { le: '1' }, counts: [1, 1], sum: 1 }]),
      histogram('h', [2, 1], [{ labels: {}, counts: [1, 1, 1], sum: 1 }]),
      histogram('h', [1], [{ labels: {}, counts: [1], sum: 1 }]),
      histogram('h', [1], [{ labels: {}, counts: [1, 0.5], sum: 1 }]),
      histogram('h', [1], [{ labels: {}, counts: [1, -1], sum: 1 }]),
    ]
    const ledger = new Kept()
    ledger.update({}, '0', [...rubbish, single('good', 1)])
    assert.deepEqual(
      ledger.metrics().map(({ name }) => name),
      ['good'],
    )
  })
})
