import { total } from '../../telemetry/total.ts'

/**
 * What a share of all values does not exceed, as far as buckets tell: within
 * one, values are taken to be spread evenly.
 * @param counts one for each bound, and at last one for what is above all of them.
 * @returns in the unit of the bounds; `null` where there is no value. Never above the last bound.
 */
export function quantile(bounds: readonly number[], counts: readonly number[], share: number): number | null {
  const all = total(counts)
  if (all === 0) return null
  const rank = all * share
  let below = 0
  for (const [bucket, bound] of bounds.entries()) {
    const count = counts[bucket] ?? 0
    if (count > 0 && below + count >= rank) {
      const from = bounds[bucket - 1] ?? 0
      return from + (bound - from) * Math.max(0, (rank - below) / count)
    }
    below += count
  }
  return bounds.at(-1) ?? null
}
