import { readFileSync } from 'node:fs'
// That of the global object is behind a getter, which takes as long as the clock.
import { performance } from 'node:perf_hooks'
import type { TransferableHandle } from './node-internals/handles.ts'

/** How often (in ms) the limit is read anew: `prlimit` changes it while a process runs. */
const readEvery = 1000

/** The part of the limit that a reserve takes at most, where the limit is small. */
const largestShare = 1 / 4

/** The part of a reserve that connections which were served elsewhere leave: their clients have them, and would lose them. */
const leftByServed = 1 / 2

let limit: number | undefined
let readAt = -Infinity

/**
 * How many descriptors this process may have open (`ulimit -n`), as it was at
 * most a second ago. `undefined` where the system does not say (only Linux does).
 */
function descriptorLimit(): number | undefined {
  const now = performance.now()
  if (now - readAt < readEvery) return limit
  readAt = now
  try {
    const found = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1]
    limit = found === undefined ? undefined : Number(found)
  } catch {
    // No descriptor is left to read it with: what was known stays.
  }
  return limit
}

/**
 * Whether a connection has one of the last `reserve` descriptors of this
 * process. The kernel gives each new descriptor the lowest free number. So as
 * long as no connection is kept that has a number from the reserve, the reserve
 * is free for whatever else needs a descriptor, and nobody has to count.
 *
 * @param served whether the connection has brought requests to another process.
 */
export function isReserved(
  { fd = -1 }: Pick<TransferableHandle, 'fd'>,
  reserve: number,
  served = false,
): boolean {
  const most = descriptorLimit()
  const part = served ? leftByServed : 1
  return most !== undefined && fd >= most - part * Math.min(reserve, Math.floor(most * largestShare))
}
