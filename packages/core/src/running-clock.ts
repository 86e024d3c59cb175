// That of the global object is behind a getter, which takes as long as the clock.
import { performance } from 'node:perf_hooks'

/** Time and timers, behind one small door: tests let them run as they like. */
export interface Clock {
  /** Milliseconds since some moment; never goes back, and knows no date. */
  now(): number
  /** Calls `run` once, `ms` from now. @returns what calls it off. */
  after(ms: number, run: () => void): () => void
}

/** How often (in ms) the clock looks whether this process runs. */
const tick = 250

/** What (in ms) one look can add at most: a main loop that is slow still counts, one that stands does not. */
const longestStep = 2 * tick

/**
 * Counts the time in which this process ran. While it is stopped, or the
 * machine is suspended, nobody has time to boot, to answer or to beat, and no
 * deadline comes nearer; and a system clock that is set changes nothing.
 */
class RunningClock implements Clock {
  #now = 0
  #lookedAt = performance.now()

  constructor() {
    setInterval(() => this.now(), tick).unref()
  }

  now(): number {
    const at = performance.now()
    this.#now += Math.min(at - this.#lookedAt, longestStep)
    this.#lookedAt = at
    return this.#now
  }

  after(ms: number, run: () => void): () => void {
    const due = this.now() + ms
    const wait = (): void => {
      const left = due - this.now()
      if (left > 0) timer = setTimeout(wait, Math.ceil(left))
      else run()
    }
    let timer = setTimeout(wait, ms)
    return () => clearTimeout(timer)
  }
}

let shared: Clock | undefined

/** This process's clock; it ticks from the first call on. */
export function runningClock(): Clock {
  return (shared ??= new RunningClock())
}
