import { totalmem } from 'node:os'

/** What the container may use, in bytes; `undefined` where nothing limits it below the machine's memory. */
export function containerMemory(): number | undefined {
  const limit = process.constrainedMemory()
  return limit && limit < totalmem() ? limit : undefined
}

/** The part of the container's memory that heaps may grow to: buffers, stacks and code need the rest. */
const heapPart = 0.75

/**
 * The heap limit of one of `workers` workers in a container, in bytes. Each
 * would otherwise take half of the container for itself (nodejs/node#64646).
 */
export function heapShare(container: number, workers: number): number {
  return Math.floor((container * heapPart) / workers)
}

/** In bytes, as all of these. */
let lastUsed = { rss: 0, heapUsed: 0 }

/** What this process uses, as far as it can be told: Node opens a file for that, and may have no descriptor left. */
export function usedMemory(): { readonly rss: number; readonly heapUsed: number } {
  try {
    const { rss, heapUsed } = process.memoryUsage()
    lastUsed = { rss, heapUsed }
  } catch {
    // The last answer is the best that there is.
  }
  return lastUsed
}
