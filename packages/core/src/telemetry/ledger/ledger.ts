import { asWorkerMetric, isSeries } from './believe-metric.ts'
import { Family, type Gauge, type Teller, type Total } from './family.ts'
import { labelKey } from './label-key.ts'
import type { Distribution, Labels, Metric, Scalar, WorkerMetric } from '../metric.ts'

/** Of all names together. */
const mostSeries = 10_000

/** The same is said once; a program that makes up names is not heard for ever. */
const mostReports = 100

/** What a worker last said of a series. */
interface Said {
  slot: string
  place: Total | Gauge
  /** Of a counter, or the sum of a histogram. */
  sum: number
  counts: readonly number[]
  bounds: readonly number[]
}

/** Whoever wants to know of a counter or a histogram what has come, and not how much there is. */
export interface Follower {
  readonly name: string
  /** @param counts how many more than before, in each bucket. */
  more(worker: Teller, labels: Labels, bounds: readonly number[], counts: readonly number[]): void
}

interface Account {
  readonly said: Map<string, Said>
  isFinished: boolean
}

/**
 * What all workers have had together, those that are gone included: no counter
 * and no bucket ever falls. Workers say what they have had since their boot, and
 * what has come since they said so before is added. So whatever becomes of one,
 * what it had is there already, and nobody need be asked.
 */
export class Ledger {
  /** Is told of what comes of one metric. */
  follower: Follower | undefined
  readonly #families = new Map<string, Family>()
  /** Also of those that are gone, as their last message may come behind their exit. */
  readonly #accounts = new WeakMap<Teller, Account>()
  readonly #report: (problem: string) => void
  readonly #reported = new Set<string>()
  #size = 0

  constructor(report: (problem: string) => void) {
    this.#report = report
  }

  /**
   * @param slot the label that its own series get; it may be another than before.
   * @param metrics what it has had since its boot, of the series that have changed. Not believed as they are.
   */
  update(worker: Teller, slot: string, metrics: readonly unknown[]): void {
    const account = this.#accountOf(worker)
    for (const told of metrics) {
      const metric = asWorkerMetric(told)
      const family = metric && this.#familyOf(metric)
      if (family) this.#take(worker, account, slot, metric, family)
    }
  }

  /** It is gone: what it had stays, and what it has does not. */
  finish(worker: Teller): void {
    this.#accountOf(worker).isFinished = true
    for (const family of this.#families.values())
      for (const gauge of family.gauges.values()) this.#remove(worker, family, gauge)
  }

  metrics(): Metric[] {
    return [...this.#families].flatMap(([name, family]) => family.metric(name) ?? [])
  }

  #accountOf(worker: Teller): Account {
    const known = this.#accounts.get(worker)
    if (known) return known
    const account: Account = { said: new Map(), isFinished: false }
    this.#accounts.set(worker, account)
    return account
  }

  /** One that has no series any more may become another, as when a reload brings new code. */
  #familyOf(metric: WorkerMetric): Family | undefined {
    const { name, help, type, merge } = metric
    const known = this.#families.get(name)
    if (known && known.type === type && known.merge === merge) {
      known.help = help
      return known
    }
    if (known && known.size > 0) {
      const one = `${known.type} (${known.merge})`
      this.#say(name, `${name} is a ${one} and, elsewhere, a ${type} (${merge}): the latter is left out`)
      return undefined
    }
    const family = new Family(metric)
    this.#families.set(name, family)
    return family
  }

  #take(worker: Teller, account: Account, slot: string, metric: WorkerMetric, family: Family): void {
    const bounds = metric.type === 'histogram' ? metric.bounds : []
    const places = family.admit(bounds)
    if (!places)
      return this.#say(metric.name, `${metric.name} has too many different buckets: they are left out`)
    for (const series of metric.series) {
      if (!isSeries(series, metric, bounds.length + 1)) {
        this.#say(metric.name, `${metric.name} has a series that cannot be added up: it is left out`)
        continue
      }
      if (metric.type === 'gauge') this.#set(worker, account, slot, family, series as Scalar, metric.name)
      else this.#add(worker, account, slot, family, series, { name: metric.name, bounds, places })
    }
  }

  #set(
    worker: Teller,
    account: Account,
    slot: string,
    family: Family,
    { labels, value }: Scalar,
    name: string,
  ): void {
    if (account.isFinished) return
    const key = `${name}\0${labelKey(labels)}`
    const said = account.said.get(key)
    let gauge = said?.place as Gauge | undefined
    const isGone = !Number.isFinite(value)
    if (isGone || said?.slot !== slot) {
      // Or a spare has taken a slot.
      if (gauge) this.#remove(worker, family, gauge)
      account.said.delete(key)
      if (isGone) return
      gauge = family.gauge(slot, labels) ?? (this.#hasRoom(name) ? family.addGauge(slot, labels) : undefined)
      if (!gauge) return
      account.said.set(key, { slot, place: gauge, sum: 0, counts: [], bounds: [] })
    }
    gauge!.values.set(worker, value)
  }

  #remove(worker: Teller, family: Family, gauge: Gauge): void {
    if (!gauge.values.delete(worker) || gauge.values.size > 0) return
    family.gauges.delete(labelKey(gauge.labels))
    this.#size--
  }

  #add(
    worker: Teller,
    account: Account,
    slot: string,
    family: Family,
    series: Scalar | Distribution,
    { name, bounds, places }: { name: string; bounds: readonly number[]; places: readonly number[] },
  ): void {
    const { labels } = series
    const key = `${name}\0${labelKey(labels)}`
    const said = account.said.get(key)
    const total =
      said?.slot === slot
        ? (said.place as Total)
        : (family.total(slot, labels) ?? (this.#hasRoom(name) ? family.addTotal(slot, labels) : undefined))
    if (!total) return
    const now: Said =
      'counts' in series
        ? { slot, place: total, sum: series.sum, counts: series.counts.slice(), bounds }
        : { slot, place: total, sum: series.value, counts: [], bounds }
    // It has begun anew, as an app may have its counters do.
    const before = said && !hasFallen(said, now) ? said : undefined
    total.sum += now.sum - (before?.sum ?? 0)
    const { counts } = now
    const since = (at: number): number => counts[at]! - (before ? before.counts[at]! : 0)
    for (let at = 0; at < counts.length; at++) total.counts[places[at]!]! += since(at)
    account.said.set(key, now)
    if (name !== this.follower?.name) return
    this.follower.more(
      worker,
      labels,
      bounds,
      counts.map((_, at) => since(at)),
    )
  }

  #hasRoom(name: string): boolean {
    if (this.#size < mostSeries) {
      this.#size++
      return true
    }
    this.#say(
      '',
      `there are more than ${mostSeries} series, and new ones are left out, the first of them of ${name}. ` +
        'Give labels fewer different values',
    )
    return false
  }

  #say(about: string, problem: string): void {
    if (this.#reported.has(about) || this.#reported.size >= mostReports) return
    this.#reported.add(about)
    this.#report(problem)
  }
}

function hasFallen(before: Said, now: Said): boolean {
  const { counts, bounds } = now
  if (counts.length === 0) return now.sum < before.sum
  if (bounds.length !== before.bounds.length) return true
  for (let at = 0; at < counts.length; at++)
    if (bounds[at] !== before.bounds[at] || counts[at]! < before.counts[at]!) return true
  return false
}
