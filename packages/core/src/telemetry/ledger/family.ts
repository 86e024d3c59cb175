import { labelKey } from './label-key.ts'
import type { Labels, Merge, Metric, WorkerMetric } from '../metric.ts'
import { snapshot } from '../snapshot.ts'

/** More buckets than that no histogram gets, however often its bounds change. */
const mostBounds = 500

/** A worker, and whatever tells metrics as one does. */
export type Teller = object

/** A counter, or a histogram: what all workers have had together. */
export interface Total {
  readonly labels: Labels
  /** Of a counter, or the sum of a histogram. */
  sum: number
  /** Of a histogram, by the bounds of its family. */
  counts: number[]
}

/** A gauge: what each worker says now. */
export interface Gauge {
  readonly labels: Labels
  readonly values: Map<Teller, number>
}

/** All series of one name. */
export class Family {
  readonly type: Metric['type']
  readonly merge: Merge
  help: string
  bounds: readonly number[]
  readonly totals: Map<string, Total> = new Map<string, Total>()
  readonly gauges: Map<string, Gauge> = new Map<string, Gauge>()

  constructor(metric: WorkerMetric) {
    this.type = metric.type
    this.merge = metric.merge
    this.help = metric.help
    this.bounds = metric.type === 'histogram' ? [...metric.bounds] : []
  }

  get size(): number {
    return this.totals.size + this.gauges.size
  }

  /** The labels of a worker's series, as it stands beside those of others. */
  labelsIn(slot: string, labels: Labels): Labels {
    return this.merge === 'slot' || this.merge === 'slot-max' ? { ...labels, slot } : labels
  }

  /**
   * Makes room for the buckets of a worker whose histogram has others, as new
   * code may: the family has the bounds of all. So no count of a bucket that
   * there was ever falls.
   * @returns for each of its buckets, which one that is here; undefined if there are too many.
   */
  admit(bounds: readonly number[]): readonly number[] | undefined {
    const own = this.bounds
    if (bounds.length === own.length && bounds.every((bound, at) => bound === own[at]))
      return identity(own.length + 1)
    const all = [...new Set([...own, ...bounds])].toSorted((a, b) => a - b)
    if (all.length > mostBounds) return undefined
    if (all.length > own.length) this.#widen(all)
    return placesOf(bounds, all)
  }

  #widen(all: readonly number[]): void {
    const places = placesOf(this.bounds, all)
    this.bounds = all
    for (const total of this.totals.values()) {
      const { counts } = total
      total.counts = zeros(all.length + 1)
      for (const [at, count] of counts.entries()) total.counts[places[at]!]! += count
    }
  }

  /** @returns undefined where no series is to be shown. */
  metric(name: string): Metric | undefined {
    const { type, help, bounds, merge } = this
    if (this.size === 0 || merge === 'omit') return undefined
    const totals = [...this.totals.values()]
    if (type === 'histogram') {
      return { name, help, type, bounds: [...bounds], series: totals.map(snapshot) }
    }
    if (type === 'counter')
      return { name, help, type, series: totals.map(({ labels, sum }) => ({ labels, value: sum })) }
    const series = [...this.gauges.values()].map(({ labels, values }) => ({
      labels,
      value: merged(merge, [...values.values()]),
    }))
    return { name, help, type, series }
  }

  gauge(slot: string, labels: Labels): Gauge | undefined {
    return this.gauges.get(this.#keyIn(slot, labels))
  }

  total(slot: string, labels: Labels): Total | undefined {
    return this.totals.get(this.#keyIn(slot, labels))
  }

  addGauge(slot: string, labels: Labels): Gauge {
    const gauge = { labels: this.labelsIn(slot, labels), values: new Map<Teller, number>() }
    this.gauges.set(this.#keyIn(slot, labels), gauge)
    return gauge
  }

  addTotal(slot: string, labels: Labels): Total {
    const counts = this.type === 'histogram' ? zeros(this.bounds.length + 1) : []
    const total = { labels: this.labelsIn(slot, labels), sum: 0, counts }
    this.totals.set(this.#keyIn(slot, labels), total)
    return total
  }

  #keyIn(slot: string, labels: Labels): string {
    return labelKey(this.labelsIn(slot, labels))
  }
}

/** Where in `all` the bucket of each of the bounds is, and the one above them. */
function placesOf(bounds: readonly number[], all: readonly number[]): number[] {
  return [...bounds.map((bound) => all.indexOf(bound)), all.length]
}

function zeros(length: number): number[] {
  return Array.from({ length }, () => 0)
}

const identities = new Map<number, readonly number[]>()

function identity(length: number): readonly number[] {
  const known = identities.get(length) ?? Array.from({ length }, (_, at) => at)
  identities.set(length, known)
  return known
}

function merged(merge: Merge, values: readonly number[]): number {
  if (merge === 'first') return values[0]!
  if (merge === 'min') return Math.min(...values)
  if (merge === 'max' || merge === 'slot-max') return Math.max(...values)
  const sum = values.reduce((total, value) => total + value, 0)
  return merge === 'average' ? sum / values.length : sum
}
