import { freemem, totalmem } from 'node:os'
import path from 'node:path'
import { cgroupsOf, readText } from './cgroups.ts'

/**
 * What the container may use, in bytes; `undefined` where nothing limits it
 * below the machine's memory.
 *
 * `process.constrainedMemory()` alone is not enough: it knows no limit of a
 * group above this process's own.
 */
export function containerMemory(root = '/'): number | undefined {
  const limits = cgroupsOf('memory', root).map(({ folder, version }) =>
    limitIn(path.join(folder, version === 2 ? 'memory.max' : 'memory.limit_in_bytes')),
  )
  const limit = Math.min(process.constrainedMemory() || Infinity, ...limits)
  return limit < totalmem() ? limit : undefined
}

/** "max" (v2) is no limit, and neither is more than there is (v1). */
function limitIn(file: string): number {
  const bytes = numberIn(file)
  return bytes > 0 ? bytes : Infinity
}

/**
 * How many bytes can be had before the container, or the machine, has no more.
 * What caches files is given back when it is needed, and counts as free.
 */
export function freeMemory(root = '/'): number {
  const left = cgroupsOf('memory', root).map(({ folder, version }) => {
    const [limit, used] =
      version === 2 ? ['memory.max', 'memory.current'] : ['memory.limit_in_bytes', 'memory.usage_in_bytes']
    return limitIn(path.join(folder, limit)) - numberIn(path.join(folder, used)) + fileCache(folder, version)
  })
  return Math.max(0, Math.min(freemem(), ...left))
}

function fileCache(folder: string, version: 1 | 2): number {
  const prefix = version === 2 ? '' : 'total_'
  const text = readText(path.join(folder, 'memory.stat'))
  const bytes = [...text.matchAll(new RegExp(`^${prefix}(?:in)?active_file (\\d+)`, 'gm'))]
  return bytes.reduce((sum, [, number]) => sum + Number(number), 0)
}

function numberIn(file: string): number {
  return Number.parseInt(readText(file), 10) || 0
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
