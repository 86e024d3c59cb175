import { labelKey } from './ledger/label-key.ts'
import type { Distribution, Labels, Scalar, WorkerMetric } from './metric.ts'

interface Told {
  labels: Labels
  numbers: readonly number[]
  seen: boolean
}

interface Known {
  metric: WorkerMetric
  readonly series: Map<string, Told>
}

/** What has changed in the metrics of a worker, or of its app, since it was last told. */
export class Changes {
  readonly #known = new Map<string, Known>()
  readonly #most: number
  #count = 0
  /** Some have been left out, as there is no room for so many. */
  isFull = false

  constructor(most: number) {
    this.#most = most
  }

  /** @returns nothing where nothing has changed. */
  take(metric: WorkerMetric): WorkerMetric | undefined {
    const known = this.#known.get(metric.name) ?? { metric, series: new Map<string, Told>() }
    this.#known.set(metric.name, known)
    known.metric = metric
    for (const told of known.series.values()) told.seen = false
    const changed = (metric.series as (Scalar | Distribution)[]).filter((one) => this.#isNews(known, one))
    const series = metric.type === 'gauge' ? [...changed, ...this.#gone(known)] : changed
    return series.length > 0 ? ({ ...metric, series } as WorkerMetric) : undefined
  }

  /** All others have been removed: what was a gauge is gone. */
  *removed(remaining: ReadonlySet<string>): Generator<WorkerMetric> {
    for (const [name, { metric }] of this.#known) {
      if (remaining.has(name) || metric.type !== 'gauge') continue
      const gone = this.take({ ...metric, series: [] })
      if (gone) yield gone
    }
  }

  #isNews({ series }: Known, one: Scalar | Distribution): boolean {
    const numbers = 'counts' in one ? [...one.counts, one.sum] : [one.value]
    const key = labelKey(one.labels)
    const told = series.get(key)
    if (told) {
      told.seen = true
      if (numbers.length === told.numbers.length && numbers.every((value, at) => value === told.numbers[at]))
        return false
      told.numbers = numbers
      return true
    }
    this.isFull ||= this.#count >= this.#most
    if (this.#count >= this.#most) return false
    this.#count++
    series.set(key, { labels: one.labels, numbers, seen: true })
    return true
  }

  /** A counter stays where it is when it is removed; a gauge has no number any more. */
  *#gone({ series }: Known): Generator<Scalar> {
    for (const [key, { seen, labels }] of series) {
      if (seen) continue
      series.delete(key)
      this.#count--
      yield { labels, value: Number.NaN }
    }
  }
}
