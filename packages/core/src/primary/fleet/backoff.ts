/** In milliseconds: the delay after the first failure, and the longest. */
const first = 100
const cap = 30_000

/** A worker that stayed up this long (in ms) has ended a series of failures. */
export const stableAfter = 10_000

/**
 * How long a slot stays empty after `failures` failures in a row: none after
 * the first crash of a worker that was up, then 100 ms doubled each time, up
 * to 30 s. Up to a quarter is taken off at random, so that slots that fail
 * together do not retry together.
 */
export function backoff(failures: number, random: () => number = Math.random): number {
  if (failures === 0) return 0
  const delay = Math.min(cap, first * 2 ** (failures - 1))
  return Math.round(delay * (1 - random() / 4))
}
