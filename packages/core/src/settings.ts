import { totalmem } from 'node:os'
import { badOption } from './bad-option.ts'
import type { AdminOptions } from './health-options.ts'
import type { Check } from './health/checks.ts'
import type { GoodbyeSettings } from './goodbye-settings.ts'
import type { Hooks } from './hooks.ts'
import type { Log } from './log.ts'
import { resolveLogger } from './logger.ts'
import { containerMemory, heapShare } from './memory.ts'
import type { ClusteredOptions, ReloadOptions, Sticky } from './options.ts'
import { checkOptions, isPlain } from './options/check.ts'
import { fromEnvironment } from './options/environment.ts'
import { smallestHeap } from './options/kinds.ts'
import { type Sheet, withSheet } from './options/sheet.ts'
import { options as table } from './options/table.ts'
import { type ProgramSettings, programSettings } from './program-settings.ts'
import type { CodeOptions } from './primary/code-options.ts'
import type { LogFileOptions } from './primary/logs/options.ts'
import type { HttpServerOptions } from './server-options.ts'
import { type Bounds, workerCount } from './worker-count.ts'

/** What an option comes to is more, or less, than what it was given. */
type Plain = Omit<Required<ClusteredOptions<any>>, keyof Hooks | keyof Held | keyof ProgramSettings>

interface Held {
  /** With how many the cluster begins. */
  workers: number
  reload: Required<ReloadOptions>
  goodbye: GoodbyeSettings | false
  admin: AdminOptions | false
  checks: Readonly<Record<string, Check>> | undefined
  /** In bytes. */
  heapLimit: number | undefined
  /** A folder; if none is given, one of this user's. */
  compileCache: string | false | undefined
  sticky: Sticky | undefined
  server: HttpServerOptions | undefined
  onServer: ((server: any) => unknown) | undefined
  name: string | undefined
  metrics: boolean
  logger: Log
}

/** The options with every default in place. */
export interface Settings extends Plain, Held, ProgramSettings {
  /** Between how many workers their number follows the load, if it does. */
  bounds: Bounds | undefined
  hooks: Hooks
  /** The program is another one than that of this process. */
  isSupervised?: boolean
  /** Of a daemon. */
  logFiles?: LogFileOptions | undefined
  /** What workers say of the options in the code. */
  codeOptions?: CodeOptions
}

/**
 * @param environment what its variables say counts more than the options.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION, naming the option, its value and what is allowed.
 */
export function resolveOptions(
  options: ClusteredOptions<any> = {},
  environment: Sheet = fromEnvironment(process.env),
): Settings {
  if (!isPlain(options)) throw badOption('options', options, 'an object')
  const checked = checkOptions(withSheet(options, environment), table)
  const { logger, onReady, onDrain, onShutdown, onLead, ...held } = checked as Plain &
    Held &
    Hooks &
    ClusteredOptions
  const program = programSettings(held)
  // A job that is done twice does harm, and WEB_CONCURRENCY is about what serves.
  const { workers, bounds } = workerCount(held.workers ?? (program.listen ? undefined : 1))
  return {
    ...held,
    ...program,
    workers,
    bounds,
    maxMemory: held.maxMemory < 1 ? held.maxMemory * (containerMemory() ?? totalmem()) : held.maxMemory,
    heapLimit: heapLimit(held.heapLimit, bounds?.max ?? workers),
    metrics: held.metrics !== false,
    env: held.env ?? (() => ({})),
    hooks: { onReady, onDrain, onShutdown, onLead },
    logger: resolveLogger(logger, held),
  }
}

function heapLimit(limit: number | false | undefined, workers: number): number | undefined {
  if (limit !== undefined) return limit || undefined
  const container = containerMemory()
  return container === undefined
    ? undefined
    : Math.max(smallestHeap, heapShare(container, Math.max(1, workers)))
}
