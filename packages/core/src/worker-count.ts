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
 * The option, unless the environment says something else.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function workerCount(option: number | WorkerBounds | undefined): WorkerCount {
  const forced = process.env['CLUSTERED_WORKERS']
  if (forced) return fromText('CLUSTERED_WORKERS', forced, /^\d+$/.test(forced) ? Number(forced) : NaN)
  if (typeof option === 'object') return bounded(option)
  if (option !== undefined) return fixed('workers', option, option, '{ min, max }')
  const fromEnvironment = process.env['WEB_CONCURRENCY']
  if (!fromEnvironment) return { workers: usableCpus(), bounds: undefined }
  return fromText('WEB_CONCURRENCY', fromEnvironment, Number(fromEnvironment))
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

function bounded(given: WorkerBounds | null): WorkerCount {
  if (given === null || Array.isArray(given))
    throw badOption('workers', given, `a whole number from 0 (single mode) to ${most}, or { min, max }`)
  for (const [name, value] of Object.entries(given))
    if (name !== 'min' && name !== 'max')
      throw badOption(`workers.${name}`, value, 'one of: min, max', 'is not an option')
  const { min, max } = given
  checkWorkers('workers.min', min)
  if (max === undefined) return within(min)
  checkWorkers('workers.max', max)
  if (max < min) throw badOption('workers', given, 'a max that is not below the min')
  return within(min, max)
}

/** As in `4`, `2..8`, and `2..max` or `2..` for the default of `max`. */
function fromText(name: string, text: string, number: number): WorkerCount {
  const [, min, max] = /^(\d+)\.\.(\d+|max)?$/.exec(text) ?? []
  if (min === undefined) return fixed(name, number, text, 'such as 2..8')
  const [least, largest] = [Number(min), max === undefined || max === 'max' ? undefined : Number(max)]
  if (isCount(least, 1) && (largest === undefined || isCount(largest, least))) return within(least, largest)
  throw badOption(name, text, `two whole numbers from 1 to ${most}, the smaller one first, such as 2..8`)
}

/** On a machine with fewer CPUs than `min` the program is to run all the same. */
function within(min: number, max = Math.max(min, usableCpus())): WorkerCount {
  return { workers: min, bounds: { min, max } }
}
