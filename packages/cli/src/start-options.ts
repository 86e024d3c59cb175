import { availableParallelism } from 'node:os'
import type { SuperviseOptions, WorkerBounds } from '@clustered/core'
import { entryFile } from './entry-file.ts'
import { readEnvFile } from './env-file.ts'
import { CliError } from './errors.ts'
import { named } from './named.ts'
import { splitNodeArguments } from './node-arguments.ts'
import { refuseOtherFiles } from './not-a-program.ts'
import { timeFlag } from './time-flag.ts'
import { typeScriptArguments } from './typescript.ts'
import { ownWritesArguments } from './own-writes-arguments.ts'

/** The options of `clustered start`, as they come from the command line. */
export interface StartFlags {
  instances?: string | number
  name?: string | number
  drainTimeout?: string | number
  killTimeout?: string | number
  bootTimeout?: string | number
  sticky?: string | boolean
  logFormat?: string | boolean
  logTime?: boolean
  logMaxSize?: string | number
  logMaxFiles?: string | number
  envFile?: string
  /** Each time that it was given. */
  nodeArgs?: string[]
  watch?: boolean
  ignore?: string | string[]
  daemon?: boolean
  json?: boolean
  /** What stands after `--`. */
  '--'?: string[]
}

export interface Start {
  file: string
  options: SuperviseOptions
}

/** Reloads during development come with every save, and are to be felt at once. */
const whileWatching = { drainTimeout: 1000, soak: 100, surge: 1024 }

/** @throws {CliError} ERR_CLUSTERED_USAGE, ERR_CLUSTERED_NO_SUCH_FILE, ERR_CLUSTERED_NOT_A_PROGRAM, ERR_CLUSTERED_NO_TYPESCRIPT */
export function toStart(given: string, flags: StartFlags): Start {
  const file = entryFile(given)
  refuseOtherFiles(file)
  const execArgv = [...process.execArgv, ...splitNodeArguments(flags.nodeArgs ?? [])]
  const { watch } = flags
  const envFile = flags.envFile === undefined ? undefined : named(flags.envFile)
  const env = (): Record<string, string | undefined> => (envFile === undefined ? {} : readEnvFile(envFile))
  if (flags.ignore !== undefined && !watch)
    throw new CliError('ERR_CLUSTERED_USAGE', '--ignore is of --watch, which is not given.')
  const workers = workerCount(flags.instances, env()['WEB_CONCURRENCY'])
  const drainTimeout =
    timeFlag('--drain-timeout', flags.drainTimeout, true) ??
    timeFlag('--kill-timeout', flags.killTimeout, true) ??
    (watch ? whileWatching.drainTimeout : undefined)
  const bootTimeout = timeFlag('--boot-timeout', flags.bootTimeout, false)
  return {
    file,
    options: {
      ...(envFile !== undefined && { env }),
      args: flags['--'] ?? [],
      execArgv: [...(watch ? ownWritesArguments : []), ...typeScriptArguments(file, execArgv), ...execArgv],
      ...(workers !== undefined && { workers }),
      ...(flags.name !== undefined && { name: String(flags.name) }),
      ...(drainTimeout !== undefined && { drainTimeout }),
      ...(bootTimeout !== undefined && { bootTimeout }),
      ...(flags.sticky !== undefined && { sticky: stickyKind(flags.sticky) }),
      ...(flags.logFormat !== undefined && { logFormat: formatOf(flags.logFormat) }),
      ...(flags.logTime !== undefined && { logTime: flags.logTime }),
      ...(watch && { reload: { soak: whileWatching.soak, surge: whileWatching.surge } }),
    },
  }
}

function stickyKind(given: string | boolean): 'socket.io' {
  if (given === 'socket.io') return given
  throw new CliError(
    'ERR_CLUSTERED_USAGE',
    `--sticky ${given} is not known. Expected: --sticky socket.io. For sessions of another kind the app gives a function: clustered(app, { sticky }).`,
  )
}

function formatOf(given: string | boolean): 'pretty' | 'json' {
  if (given === 'pretty' || given === 'json') return given
  throw new CliError(
    'ERR_CLUSTERED_USAGE',
    `--log-format ${given} is not known. Expected: --log-format pretty, or --log-format json.`,
  )
}

/** As the primary's own lines are, those of the command are. */
export function logStyle({ logFormat = 'pretty', logTime = false }: SuperviseOptions): {
  logFormat: 'pretty' | 'json'
  logTime: boolean
} {
  return { logFormat, logTime }
}

function workerCount(
  given: string | number | undefined,
  fromEnvFile: string | undefined,
): number | WorkerBounds | undefined {
  const value = given ?? (process.env['WEB_CONCURRENCY'] ? undefined : fromEnvFile)
  if (value === undefined) return undefined
  // What pm2 means by it: all that the process may use, which is the default.
  if (value === 'max' || value === 0 || value === '0') return undefined
  if (isCount(Number(value))) return Number(value)
  const [, min, max] = /^(\d+)\.\.(\d+|max)?$/.exec(String(value)) ?? []
  const bounds = { min: Number(min), max: max === undefined || max === 'max' ? undefined : Number(max) }
  if (isCount(bounds.min) && (bounds.max === undefined || (isCount(bounds.max) && bounds.max >= bounds.min)))
    return bounds
  throw new CliError(
    'ERR_CLUSTERED_USAGE',
    `-i ${value} is not a number of workers. Expected: a whole number from 1, or 'max' (here ${availableParallelism()}), ` +
      'or as many as the load needs between two, the smaller one first: 2..8, or 2..max.',
  )
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value > 0
}
