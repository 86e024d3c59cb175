import { performance } from 'node:perf_hooks'

interface Answer {
  once(event: 'close', listener: () => void): unknown
}

/** How many answers are timed in a second, at most. */
const samplesPerSecond = 100
/** In seconds. */
const window = 10

/**
 * How long answers take, from the request's head to the answer's end. Most
 * requests cost no more than a comparison: of many, every n-th is timed.
 */
export class Latency {
  /** In ms, by the second in which they ended, the current one last. */
  readonly #seconds: number[][] = [[]]
  #taken = 0
  #every = 1

  /** @param count which request it is, counted from the worker's boot. */
  watch(answer: Answer, count: number): void {
    if (count % this.#every !== 0 || this.#taken >= samplesPerSecond) return
    this.#taken++
    const begin = performance.now()
    answer.once('close', () => this.#seconds.at(-1)!.push(performance.now() - begin))
  }

  /**
   * Called once a second.
   * @param requests how many there were in it.
   */
  take(requests: number): { p50: number; p99: number } | undefined {
    this.#every = Math.max(1, Math.round(requests / samplesPerSecond))
    this.#taken = 0
    const samples = this.#seconds.flat().toSorted((a, b) => a - b)
    this.#seconds.push([])
    if (this.#seconds.length > window) this.#seconds.shift()
    if (samples.length === 0) return undefined
    const rank = (share: number): number => samples[Math.ceil(samples.length * share) - 1]!
    return { p50: rank(0.5), p99: rank(0.99) }
  }
}
