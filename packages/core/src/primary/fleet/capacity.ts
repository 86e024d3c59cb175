import type { ScaleStep } from '../../events.ts'
import type { Bounds } from '../../worker-count.ts'

/** Mean utilizations: above the first one worker more, and one fewer where those that remain stay below the second. */
const limits = { busy: 0.8, idle: 0.6 }

/** In ms. */
export interface CapacityTimes {
  /** How long the workers are above the limit before there is one more. */
  busy: number
  /** How long those that remain would be below theirs before there is one fewer. */
  idle: number
  /** How long nothing is changed after the number of workers has changed, whoever changed it. */
  rest: number
}

export const capacityTimes: CapacityTimes = { busy: 10_000, idle: 60_000, rest: 20_000 }

/** The part of the time for which a CPU quota that has room may keep threads waiting: they come in bursts. */
const throttledPart = 0.01

/** How the workers that serve were in the last second. */
export interface Sample {
  /** By a clock that never goes back; ms. */
  at: number
  workers: number
  /** The mean of theirs, from 0 to 1. */
  utilization: number
  /** For how long (in ms, since ever) the CPU quota has kept processes from running. */
  throttledTime: number
}

/** What one worker more would need, and what there is, in bytes. */
export interface MemoryNeed {
  worker: number
  free: number
}

/** How many workers there are to be, or why there is no room for the one more that the load asks for. */
export type Verdict =
  | { to: number; step: ScaleStep; refusal?: undefined }
  | { to?: undefined; step?: undefined; refusal: string }

/**
 * Whether the load asks for one worker more, or for one fewer. The two limits
 * cannot fight: n workers above 0.8 that become n + 1 are together as busy as
 * before, which is more than what would make them n again.
 */
export class Capacity {
  readonly #times: Readonly<CapacityTimes>
  #samples: Sample[] = []
  /** Since when nothing has disturbed the view. */
  #since = 0
  #workers = 0
  #changedAt = -Infinity

  constructor(times: Readonly<CapacityTimes> = capacityTimes) {
    this.#times = times
  }

  /** What was seen so far says nothing of what comes: a reload is under way, say. */
  forget(): void {
    this.#samples = []
  }

  /** @param memory asked only where it matters. */
  judge(sample: Sample, { min, max }: Bounds, memory: () => MemoryNeed): Verdict | undefined {
    const { at, workers } = sample
    this.#note(sample)
    if (at - this.#changedAt < this.#times.rest) return undefined
    return this.#more(workers, max, memory) ?? this.#fewer(workers, min)
  }

  #more(workers: number, max: number, memory: () => MemoryNeed): Verdict | undefined {
    const over = this.#times.busy
    const last = this.#last(over)
    if (workers >= max || !last || last.mean <= limits.busy || last.least < limits.idle) return undefined
    const refusal = refuse(last.throttled, over, memory())
    if (refusal === undefined)
      return { to: workers + 1, step: { from: workers, reason: 'busy', utilization: last.mean, over } }
    return {
      refusal: `utilization ${last.mean.toFixed(2)} over ${Math.round(over / 1000)} s, and ${refusal}`,
    }
  }

  #fewer(workers: number, min: number): Verdict | undefined {
    const over = this.#times.idle
    const last = this.#last(over)
    if (workers <= min || !last) return undefined
    const share = workers / (workers - 1)
    if (last.mean * share >= limits.idle || last.most * share > limits.busy) return undefined
    return { to: workers - 1, step: { from: workers, reason: 'idle', utilization: last.mean, over } }
  }

  #note(sample: Sample): void {
    const { at, workers } = sample
    if (workers !== this.#workers) {
      // Those that are there from the beginning were not changed.
      if (this.#workers > 0) this.#changedAt = at
      this.#workers = workers
      this.forget()
    }
    if (this.#samples.length === 0) this.#since = at
    this.#samples = [...this.#samples.filter((old) => old.at > at - this.#times.idle), sample]
  }

  /** What the last `length` ms were like; undefined if not all of them were seen. */
  #last(length: number): { mean: number; least: number; most: number; throttled: number } | undefined {
    const { at, throttledTime } = this.#samples.at(-1)!
    if (at - this.#since < length) return undefined
    const seen = this.#samples.filter((sample) => sample.at > at - length)
    const values = seen.map(({ utilization }) => utilization)
    return {
      mean: values.reduce((sum, value) => sum + value, 0) / values.length,
      least: Math.min(...values),
      most: Math.max(...values),
      throttled: throttledTime - seen[0]!.throttledTime,
    }
  }
}

const mebibyte = 1024 * 1024

function refuse(throttled: number, length: number, { worker, free }: MemoryNeed): string | undefined {
  if (throttled > length * throttledPart)
    return `the CPU quota has no room: it held processes up for ${Math.round(throttled)} ms`
  if (worker > free)
    return `the memory has no room: ${Math.floor(free / mebibyte)} MiB are free, and a worker takes ${Math.ceil(worker / mebibyte)} MiB`
  return undefined
}
