import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'

/** How often (in ms) a reading is taken. It costs about 0.1 ms. */
const sampleInterval = 100

/** How often (in ms) Node looks at the clock in between: what an idle process wakes up for. */
const resolution = 20

const nanosecondsPerMs = 1e6

/** By how much the event loop is late: the mean of what Node measured since the reading before. */
export class LoopDelay {
  /** Milliseconds. */
  now = 0
  readonly #histogram: IntervalHistogram = monitorEventLoopDelay({ resolution })
  #count = 0
  #sum = 0

  constructor() {
    this.#histogram.enable()
    setInterval(() => this.#read(), sampleInterval).unref()
  }

  // Not by reset() after each reading: it drops the measurement under way,
  // which is all there is while the loop turns more slowly than readings are taken.
  #read(): void {
    const { count, mean } = this.#histogram
    if (count === this.#count) return
    const sum = count * mean
    const measured = (sum - this.#sum) / (count - this.#count) / nanosecondsPerMs
    this.now = Math.max(0, measured - resolution)
    this.#count = count
    this.#sum = sum
  }
}

let shared: LoopDelay | undefined

/** The process's one event loop needs one to watch it. */
export function loopDelay(): LoopDelay {
  return (shared ??= new LoopDelay())
}
