import type { Distribution, Labels } from './metric.ts'

/** Counts how often something was how large. */
export class Histogram implements Distribution {
  readonly labels: Labels
  readonly counts: number[]
  sum = 0
  readonly #bounds: readonly number[]

  /** @param bounds the upper ones of the buckets, the smallest first. */
  constructor(bounds: readonly number[], labels: Labels) {
    this.#bounds = bounds
    this.labels = labels
    this.counts = Array.from({ length: bounds.length + 1 }, () => 0)
  }

  add(value: number): void {
    const bounds = this.#bounds
    let bucket = 0
    while (bucket < bounds.length && value > bounds[bucket]!) bucket++
    this.counts[bucket]!++
    this.sum += value
  }
}
