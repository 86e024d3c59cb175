/** Random lives of workers against a ledger: what must hold of its counters and histograms, whatever happens. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { seeded } from '../../primary/model/world.ts'
import { Ledger } from './ledger.ts'
import type { HistogramMetric, ScalarMetric, WorkerMetric } from '../metric.ts'

const lives = process.env['CI'] ? 2000 : 300
const boundsByCode = [
  [0.1, 1, 10],
  [0.1, 0.5, 1, 10],
  [0.2, 1, 20],
]
const routes = ['/', '/orders', '/users']

class Worker {
  readonly bounds: readonly number[]
  slot: string
  requests = 0
  /** By route. */
  readonly counts: number[][]
  readonly sums = routes.map(() => 0)
  /** What the primary has heard of. */
  told = 0
  readonly #changed = new Set<number>()

  constructor(slot: string, code: number) {
    this.slot = slot
    this.bounds = boundsByCode[code]!
    this.counts = routes.map(() => [...this.bounds, 0].map(() => 0))
  }

  serve(route: number, duration: number): void {
    const bucket = this.bounds.findIndex((bound) => duration <= bound)
    this.counts[route]!.splice(bucket, 1, this.counts[route]!.at(bucket)! + 1)
    this.sums[route]! += duration
    this.requests++
    this.#changed.add(route)
  }

  tell(): WorkerMetric[] {
    this.told = this.requests
    const series = [...this.#changed].map((route) => ({
      labels: { route: routes[route]! },
      counts: this.counts[route]!,
      sum: this.sums[route]!,
    }))
    this.#changed.clear()
    const labels = {}
    const message: WorkerMetric[] = [
      { name: 'duration', help: '', type: 'histogram', merge: 'sum', bounds: this.bounds, series },
      {
        name: 'served_total',
        help: '',
        type: 'counter',
        merge: 'slot',
        series: [{ labels, value: this.requests }],
      },
      { name: 'here', help: '', type: 'gauge', merge: 'slot', series: [{ labels, value: 1 }] },
    ]
    return JSON.parse(JSON.stringify(message)) as WorkerMetric[]
  }
}

it('a ledger never falls, and counts what workers have told', () => {
  for (let seed = 0; seed < lives; seed++) live(seed)
})

function live(seed: number): void {
  const dice = seeded(seed)
  const pick = (count: number): number => Math.floor(dice() * count)
  const ledger = new Ledger((problem) => assert.fail(problem))
  let running: Worker[] = []
  /** Gone, with a message still on its way. */
  let late: Worker[] = []
  let toldByFinished = 0
  let seen = new Map<string, number>()
  for (let step = 0; step < 60; step++) {
    const worker = running[pick(running.length)]
    switch (pick(8)) {
      case 0:
        running.push(new Worker(dice() < 0.2 ? 'spare' : String(pick(3)), pick(boundsByCode.length)))
        break
      case 1:
        if (!worker) break
        running = running.filter((other) => other !== worker)
        ledger.finish(worker)
        if (dice() < 0.5) late.push(worker)
        else toldByFinished += worker.told
        break
      case 2:
        for (const gone of late) {
          ledger.update(gone, gone.slot, gone.tell())
          toldByFinished += gone.told
        }
        late = []
        break
      case 3:
        if (worker?.slot === 'spare') worker.slot = String(pick(3))
        break
      case 4:
      case 5:
        if (worker) ledger.update(worker, worker.slot, worker.tell())
        break
      default:
        for (let left = pick(20); left > 0; left--) worker?.serve(pick(routes.length), dice() * 25)
    }
    seen = check(
      ledger,
      seen,
      running,
      toldByFinished + sum([...running, ...late].map(({ told }) => told)),
      seed,
    )
  }
}

/** @returns all counts, cumulative ones of buckets, by series. */
function check(
  ledger: Ledger,
  before: ReadonlyMap<string, number>,
  running: readonly Worker[],
  told: number,
  seed: number,
): Map<string, number> {
  const now = new Map<string, number>()
  const metrics = new Map(ledger.metrics().map((metric) => [metric.name, metric]))
  const duration = metrics.get('duration') as HistogramMetric | undefined
  for (const { labels, counts, sum: total } of duration?.series ?? []) {
    assert.equal(counts.length, duration!.bounds.length + 1)
    let below = 0
    for (const [at, count] of counts.entries())
      now.set(`${labels['route']} ${duration!.bounds[at] ?? '+Inf'}`, (below += count))
    now.set(`${labels['route']} sum`, total)
  }
  const served = (metrics.get('served_total') as ScalarMetric | undefined)?.series ?? []
  for (const { labels, value } of served) now.set(`served ${labels['slot']}`, value)
  for (const [key, value] of before)
    assert.ok(now.get(key)! >= value - 1e-9, `${key} fell from ${value} to ${now.get(key)}: seed ${seed}`)
  assert.equal(sum(served.map(({ value }) => value)), told, `seed ${seed}`)
  assert.equal(sum((duration?.series ?? []).flatMap(({ counts }) => counts)), told, `seed ${seed}`)
  const here = (metrics.get('here') as ScalarMetric | undefined)?.series ?? []
  assert.ok(sum(here.map(({ value }) => value)) <= running.length, `seed ${seed}`)
  return now
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
