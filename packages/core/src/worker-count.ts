import { badOption } from './bad-option.ts'
import { usableCpus } from './cpus.ts'
import type { WorkerBounds } from './options.ts'

/** Far above any machine's use of it, and catches a port number put in the wrong place. */
const most = 1024

export type Bounds = Required<WorkerBounds>

/** What the option `workers` comes to. */
export interface WorkerCount {
  /** With how many the cluster begins. */
  workers: number
  /** Between how many their number follows the load, if it does. */
  bounds: Bounds | undefined
}

/**
 * The option, or, where it was not given, what `WEB_CONCURRENCY` says.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function workerCount(option: number | WorkerBounds | undefined, name = 'workers'): WorkerCount {
  if (typeof option === 'object') return bounded(name, option)
  if (option !== undefined) return fixed(name, option, option, '{ min, max }')
  const { WEB_CONCURRENCY } = process.env
  if (WEB_CONCURRENCY) return workerCount(readWorkers('WEB_CONCURRENCY', WEB_CONCURRENCY))
  return { workers: usableCpus(), bounds: undefined }
}

/**
 * As in `4`, `max` for the usable CPUs, `2..8`, and `2..max` or `2..` for the default of `max`.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function readWorkers(name: string, text: string): number | WorkerBounds {
  if (text === 'max') return usableCpus()
  const [, least, largest] = /^(\d+)\.\.(\d+|max)?$/.exec(text) ?? []
  if (least === undefined)
    return fixed(name, /^\d+$/.test(text) ? Number(text) : NaN, text, 'such as 2..8').workers
  const min = Number(least)
  const bounds = largest === undefined || largest === 'max' ? { min } : { min, max: Number(largest) }
  if (isCount(min, 1) && (bounds.max === undefined || isCount(bounds.max, min))) return bounds
  throw badOption(name, text, `two whole numbers from 1 to ${most}, the smaller one first, such as 2..8`)
}

/** @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION */
export function checkWorkers(name: string, workers: unknown): void {
  if (!isCount(workers, 1)) throw badOption(name, workers, `a whole number from 1 to ${most}`)
}

function isCount(value: unknown, least: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}

/** @param otherwise what else it could be. */
function fixed(name: string, workers: number, shown: unknown, otherwise: string): WorkerCount {
  if (isCount(workers, 0)) return { workers, bounds: undefined }
  throw badOption(name, shown, `a whole number from 0 (single mode) to ${most}, or ${otherwise}`)
}

function bounded(name: string, given: WorkerBounds | null): WorkerCount {
  if (given === null || Array.isArray(given))
    throw badOption(name, given, `a whole number from 0 (single mode) to ${most}, or { min, max }`)
  for (const [bound, value] of Object.entries(given))
    if (bound !== 'min' && bound !== 'max')
      throw badOption(`${name}.${bound}`, value, 'one of: min, max', 'is not an option')
  const { min, max } = given
  checkWorkers(`${name}.min`, min)
  if (max === undefined) return within(min)
  checkWorkers(`${name}.max`, max)
  if (max < min) throw badOption(name, given, 'a max that is not below the min')
  return within(min, max)
}

/** On a machine with fewer CPUs than `min` the program is to run all the same. */
function within(min: number, max = Math.max(min, usableCpus())): WorkerCount {
  return { workers: min, bounds: { min, max } }
}
