import type { HistogramMetric } from '../../telemetry/metric.ts'

/** How long (in ms) what a worker has said counts as of now: it says it once a second. */
export const fresh = 2500

/** In ms: what a worker says at its end may follow at once on what it said before. */
const second = 1000

/** What workers answer in a second, by the buckets of the histogram. */
export interface Lately {
  bounds: readonly number[]
  counts: number[]
  /** Of them: with a status of 500 or more, or without an answer. */
  errors: number
}

interface Told {
  at: number
  counts: number[]
  errors: number
  /** Since what it said before, per second. */
  lately: { counts: number[]; errors: number }
}

/**
 * Turns what workers say of all their requests, each once a second and none at
 * the same time as another, into what all of them answer per second. Of each
 * worker it keeps two rows of buckets.
 */
export class Answers {
  readonly #told = new Map<object, Told>()
  #bounds: readonly number[] | undefined

  /**
   * @param at in ms, of a clock that is not set.
   * @param metric the worker's own durations of requests, since its boot.
   */
  heard(worker: object, at: number, { bounds, series }: HistogramMetric): void {
    this.#bounds = bounds
    const counts = Array.from({ length: bounds.length + 1 }, () => 0)
    let errors = 0
    for (const { labels, counts: its } of series) {
      let total = 0
      for (const [bucket, count] of its.entries()) {
        counts[bucket] = (counts[bucket] ?? 0) + count
        total += count
      }
      if (isError(labels)) errors += total
    }
    const before = this.#told.get(worker)
    const over = before ? Math.max(second, at - before.at) / second : 1
    const lately = {
      counts: counts.map((count, bucket) => Math.max(0, count - (before?.counts[bucket] ?? 0)) / over),
      errors: Math.max(0, errors - (before?.errors ?? 0)) / over,
    }
    this.#told.set(worker, { at, counts, errors, lately })
  }

  /** @returns `undefined` where no worker has ever said anything: with `metrics: false`, or before the first second. */
  lately(at: number): Lately | undefined {
    if (!this.#bounds) return undefined
    const sum: Lately = {
      bounds: this.#bounds,
      counts: Array.from({ length: this.#bounds.length + 1 }, () => 0),
      errors: 0,
    }
    for (const [worker, { at: toldAt, lately }] of this.#told) {
      if (at - toldAt > fresh) {
        this.#told.delete(worker)
        continue
      }
      for (const [bucket, count] of lately.counts.entries())
        sum.counts[bucket] = (sum.counts[bucket] ?? 0) + count
      sum.errors += lately.errors
    }
    return sum
  }
}

function isError({ http_response_status_code: status, error_type: error }: Record<string, string>): boolean {
  return Number(status) >= 500 || (error !== undefined && error !== '')
}
