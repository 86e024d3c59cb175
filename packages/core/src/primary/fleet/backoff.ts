/** In milliseconds: the delay after the first failure, and the longest. */
const first = 100
const cap = 30_000

/** The longest delay (in ms) before the place of a worker that had been ready is filled again. */
const deathCap = 1000

/** A worker that stayed up this long (in ms) has ended a series of failures. */
export const stableAfter = 10_000

/**
 * How long to wait after `failures` failures in a row: 100 ms after the first,
 * doubled each time, up to 30 s. Up to a quarter is taken off at random, so
 * that slots that fail together do not retry together.
 */
export function backoff(failures: number, random: () => number = Math.random): number {
  if (failures === 0) return 0
  const delay = Math.min(cap, first * 2 ** (failures - 1))
  return Math.round(delay * (1 - random() / 4))
}

/**
 * How long the place of a worker that was ready and died stays empty: not at
 * all after a first death, and never longer than a second. Who makes workers
 * die, one request after the other, must not be able to keep every slot empty;
 * and one boot per slot and second does not eat the machine.
 */
export function delayAfterDeath(deaths: number, random?: () => number): number {
  return Math.min(deathCap, backoff(deaths - 1, random))
}
