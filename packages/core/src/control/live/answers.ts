import type { Labels } from '../../telemetry/metric.ts'

/** How long (in ms) what a worker has said counts as of now: it says it once a second. */
export const fresh = 2500

/** In ms: what a worker says at its end may follow at once on what it said before. */
const second = 1000

/** What is answered in a second, by the buckets of the histogram. */
export interface Lately {
  bounds: readonly number[]
  counts: number[]
  /** Of them: with a status of 500 or more, or cut. */
  errors: number
}

/** What a worker has answered since it said so before. */
interface Told {
  at: number
  /** By how many seconds what follows is to be divided. */
  over: number
  counts: number[]
  errors: number
}

/**
 * Turns what workers say of their requests, each once a second and none at
 * the same time as another, into what all of them answer per second. Of each
 * worker it keeps two rows of buckets.
 */
export class Answers {
  /** Of the metric that it follows. */
  readonly name = 'http_server_request_duration_seconds'
  readonly #told = new Map<object, Told>()
  /** Of messages that are being read. */
  readonly #more = new Map<object, { counts: number[]; errors: number }>()
  #bounds: readonly number[] | undefined

  /** One series of a worker's message. */
  more(worker: object, labels: Labels, bounds: readonly number[], counts: readonly number[]): void {
    this.#bounds = bounds
    const more = this.#more.get(worker) ?? { counts: [], errors: 0 }
    let total = 0
    for (const [bucket, count] of counts.entries()) {
      more.counts[bucket] = (more.counts[bucket] ?? 0) + count
      total += count
    }
    if (isError(labels)) more.errors += total
    this.#more.set(worker, more)
  }

  /**
   * The message is over.
   * @param at in ms, of a clock that is not set.
   */
  heard(worker: object, at: number = performance.now()): void {
    const before = this.#told.get(worker)
    const over = before ? Math.max(second, at - before.at) / second : 1
    const { counts, errors } = this.#more.get(worker) ?? { counts: [], errors: 0 }
    this.#more.delete(worker)
    this.#told.set(worker, { at, over, counts, errors })
  }

  /** @returns `undefined` where no worker has ever said anything: with `metrics: false`, or before the first request. */
  lately(at: number): Lately | undefined {
    if (!this.#bounds) return undefined
    const sum: Lately = {
      bounds: this.#bounds,
      counts: Array.from({ length: this.#bounds.length + 1 }, () => 0),
      errors: 0,
    }
    for (const [worker, told] of this.#told) {
      if (at - told.at > fresh) {
        this.#told.delete(worker)
        continue
      }
      for (const [bucket, count] of told.counts.entries())
        sum.counts[bucket] = (sum.counts[bucket] ?? 0) + count / told.over
      sum.errors += told.errors / told.over
    }
    return sum
  }
}

/** A client that has gone away is no error of the program. */
function isError({ http_response_status_code: status, error_type: error }: Labels): boolean {
  return error !== 'aborted' && (error === 'cut' || Number(status) >= 500)
}
