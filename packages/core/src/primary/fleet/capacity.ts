import type { ScaleStep } from '../../events.ts'

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

export interface Bounds {
  min: number
  max: number
}

export type Verdict =
  | { to: number; step: ScaleStep }
  /** The load asks for one more, and there is no room for it. */
  | { to: undefined; refusal: string }

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
    const { busy, idle } = limits
    const last = this.#last(this.#times.busy)
    if (workers < max && last && last.mean > busy && last.least >= idle) {
      const refusal = refuse(last.throttled, this.#times.busy, memory())
      const what = `utilization ${last.mean.toFixed(2)} over ${seconds(this.#times.busy)}`
      if (refusal !== undefined) return { to: undefined, refusal: `${what}, and ${refusal}` }
      return this.#step(workers, 1, 'busy', last.mean, this.#times.busy)
    }
    const long = this.#last(this.#times.idle)
    const share = workers / (workers - 1)
    if (workers > min && long && long.mean * share < idle && long.most * share <= busy)
      return this.#step(workers, -1, 'idle', long.mean, this.#times.idle)
    return undefined
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

  #step(
    from: number,
    difference: 1 | -1,
    reason: 'busy' | 'idle',
    utilization: number,
    over: number,
  ): Verdict {
    return { to: from + difference, step: { from, reason, utilization, over } }
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

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
