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
