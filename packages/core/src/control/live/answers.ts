import type { Labels } from '../../telemetry/metric.ts'
import { total } from '../../telemetry/total.ts'

/**
 * How long ago (in ms) a second ends when it is looked at: by then each worker
 * has said what it answered in it, as it says so once a second.
 */
const lag = 1200

const msPerSecond = 1000

/** What is answered per second, by the buckets of the histogram. */
export interface Lately {
  bounds: readonly number[]
  counts: number[]
  /** Of them: with a status of 500 or more, or cut. */
  errors: number
}

/** What a worker has answered from when to when (in ms), taken to be spread evenly. */
interface Stretch {
  from: number
  to: number
  /** As `errors`, per ms. */
  counts: number[]
  errors: number
}

/** What comes of a worker. */
interface Told {
  /** When it last said something. */
  at: number | undefined
  /** Of a message that is being read. */
  more: { counts: number[]; errors: number } | undefined
  stretches: Stretch[]
}

/**
 * Turns what workers say of their requests, each once a second and none at
 * the same time as another, into what all of them answered in each second: every
 * request counts once. Of each worker it keeps three rows of buckets or so.
 */
export class Answers {
  /** Of the metric that it follows. */
  readonly name = 'http_server_request_duration_seconds'
  readonly #told = new Map<object, Told>()
  #bounds: readonly number[] | undefined
  /** Up to when answers have been counted. */
  #countedTo = -Infinity

  /** One series of a worker's message. */
  more(worker: object, labels: Labels, bounds: readonly number[], counts: readonly number[]): void {
    this.#bounds = bounds
    const more = (this.#of(worker).more ??= { counts: [], errors: 0 })
    add(more.counts, counts, 1)
    if (isError(labels)) more.errors += total(counts)
  }

  /**
   * The message is over.
   * @param at in ms, of a clock that is not set.
   */
  heard(worker: object, at: number = performance.now()): void {
    const told = this.#of(worker)
    const { at: before = at - msPerSecond, more } = told
    told.at = at
    told.more = undefined
    if (!more) return
    // What comes late is counted all the same, in what is left of its time.
    const from = Math.min(Math.max(before, this.#countedTo), at - 1)
    const share = 1 / (at - from)
    told.stretches.push({
      from,
      to: at,
      counts: more.counts.map((count) => count * share),
      errors: more.errors * share,
    })
  }

  /**
   * Called once a second.
   * @returns `undefined` where no worker has ever said anything: with `metrics: false`, or before the first request.
   */
  lately(at: number): Lately | undefined {
    const end = at - lag
    const start = Math.max(this.#countedTo, end - msPerSecond)
    this.#countedTo = end
    if (!this.#bounds) return undefined
    const sum = { bounds: this.#bounds, counts: [...this.#bounds, Infinity].map(() => 0), errors: 0 }
    for (const [worker, told] of this.#told) {
      for (const stretch of told.stretches) {
        const share = (Math.max(0, Math.min(stretch.to, end) - stretch.from) * msPerSecond) / (end - start)
        add(sum.counts, stretch.counts, share)
        sum.errors += stretch.errors * share
        stretch.from = Math.max(stretch.from, end)
      }
      told.stretches = told.stretches.filter(({ to }) => to > end)
      if (told.stretches.length === 0 && (told.at ?? 0) < start) this.#told.delete(worker)
    }
    return sum
  }

  #of(worker: object): Told {
    const known = this.#told.get(worker)
    if (known) return known
    const told: Told = { at: undefined, more: undefined, stretches: [] }
    this.#told.set(worker, told)
    return told
  }
}

function add(sums: number[], counts: readonly number[], share: number): void {
  for (const [bucket, count] of counts.entries()) sums[bucket] = (sums[bucket] ?? 0) + count * share
}

/** A client that has gone away is no error of the program. */
function isError({ http_response_status_code: status, error_type: error }: Labels): boolean {
  return error !== 'aborted' && (error === 'cut' || Number(status) >= 500)
}
