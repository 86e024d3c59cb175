import { total } from '../telemetry/total.ts'

/** In seconds. */
const window = 10

/**
 * A number's exponent and the first bits of its fraction are its bucket: each
 * is an eighth of a power of two wide, and no logarithm is needed.
 */
const fractionBits = 3
const droppedBits = 23 - fractionBits
const float = new Float32Array(1)
const bits = new Uint32Array(float.buffer)

/** In ms, as the next. What is shorter, or longer, counts as this. */
const shortest = 2 ** -7
const longest = 2 ** 20

const first = bucketOf(shortest)
const buckets = bucketOf(longest) - first + 1

function bucketOf(ms: number): number {
  float[0] = ms
  return bits[0]! >>> droppedBits
}

/** How long answers took in the last seconds, to within a sixteenth. */
export class Latency {
  /** How many were how long, by the second in which they ended, the current one last. */
  readonly #seconds: Uint32Array[] = [new Uint32Array(buckets)]
  #current = this.#seconds[0]!

  /** @param ms how long an answer took that ends now. */
  add(ms: number): void {
    this.#current[ms < shortest ? 0 : ms > longest ? buckets - 1 : bucketOf(ms) - first]!++
  }

  /** Called once a second. */
  take(): { p50: number; p99: number } | undefined {
    const sums = Array.from({ length: buckets }, (_, bucket) =>
      this.#seconds.reduce((sum, second) => sum + second[bucket]!, 0),
    )
    this.#current = new Uint32Array(buckets)
    this.#seconds.push(this.#current)
    if (this.#seconds.length > window) this.#seconds.shift()
    const all = total(sums)
    if (all === 0) return undefined
    return { p50: at(sums, all * 0.5), p99: at(sums, all * 0.99) }
  }
}

/** The middle of the bucket that the one of that rank is in. */
function at(counts: readonly number[], rank: number): number {
  let below = 0
  const bucket = counts.findIndex((count) => (below += count) >= rank)
  bits[0] = ((first + bucket) << droppedBits) | (1 << (droppedBits - 1))
  return float[0]!
}
