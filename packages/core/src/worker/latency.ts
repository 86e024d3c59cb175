/** In seconds. */
const window = 10

/** Each is a tenth or so wider than the one before, from a hundredth of a millisecond on. */
const perDoubling = 8
const smallest = 0.01
const buckets = 28 * perDoubling

/** How long answers took in the last seconds, to within a twentieth. */
export class Latency {
  /** How many were how long, by the second in which they ended, the current one last. */
  readonly #seconds: Uint32Array[] = [new Uint32Array(buckets)]
  #current = this.#seconds[0]!

  /** @param ms how long an answer took that ends now. */
  add(ms: number): void {
    const bucket = (Math.log2(ms / smallest) * perDoubling) | 0
    this.#current[bucket < 0 ? 0 : bucket < buckets ? bucket : buckets - 1]!++
  }

  /** Called once a second. */
  take(): { p50: number; p99: number } | undefined {
    const sums = Array.from({ length: buckets }, (_, bucket) =>
      this.#seconds.reduce((sum, second) => sum + second[bucket]!, 0),
    )
    this.#current = new Uint32Array(buckets)
    this.#seconds.push(this.#current)
    if (this.#seconds.length > window) this.#seconds.shift()
    const total = sums.reduce((sum, count) => sum + count, 0)
    if (total === 0) return undefined
    return { p50: at(sums, total * 0.5), p99: at(sums, total * 0.99) }
  }
}

/** The middle of the bucket that the one of that rank is in. */
function at(counts: readonly number[], rank: number): number {
  let below = 0
  const bucket = counts.findIndex((count) => (below += count) >= rank)
  return smallest * 2 ** ((bucket + 0.5) / perDoubling)
}
