import { totalmem } from 'node:os'
import { badOption } from './bad-option.ts'
import { isProgramName } from './control/name.ts'
import { duration } from './duration.ts'
import { defaultGoodbye, type GoodbyeSettings } from './goodbye-settings.ts'
import { hookNames, type Hooks, resolveHooks } from './hooks.ts'
import type { Log } from './log.ts'
import { type Logger, type LogStyle, resolveLogger } from './logger.ts'
import { containerMemory, heapShare } from './memory.ts'
import type { ClusteredOptions, GoodbyeOptions, ReloadOptions, Sticky } from './options.ts'
import type { CodeOptions } from './primary/code-options.ts'
import { checkServerOptions, type HttpServerOptions } from './server-options.ts'
import type { LogFileOptions } from './primary/logs/options.ts'
import { type Bounds, workerCount } from './worker-count.ts'

/** The options with every default in place. */
export interface Settings extends LogStyle {
  /** With how many the cluster begins. */
  workers: number
  /** Between how many their number follows the load, if it does. */
  bounds: Bounds | undefined
  bootTimeout: number
  drainTimeout: number
  shutdownDelay: number
  queueTimeout: number
  balance: 'auto' | 'kernel' | 'round-robin'
  surge: number
  soak: number
  migrate: boolean
  goodbye: GoodbyeSettings | false
  crash: 'contain' | 'exit'
  hangTimeout: number
  lagWarning: number
  /** In bytes. */
  maxMemory: number
  maxRequests: number
  maxAge: number
  /** In bytes. */
  heapLimit: number | undefined
  spares: number
  /** A folder; if none is given, one of this user's. */
  compileCache: string | false | undefined
  hooks: Hooks
  sticky: Sticky | undefined
  server: HttpServerOptions | undefined
  onServer: ((server: any) => unknown) | undefined
  env: () => Record<string, string | undefined>
  name: string | undefined
  control: boolean
  logger: Log
  /** Of a daemon. */
  logFiles?: LogFileOptions | undefined
  /** Where the program, and what it gives to `clustered`, is in the workers alone. */
  codeOptions?: CodeOptions
}

const known = new Set<string>([
  'workers',
  'bootTimeout',
  'drainTimeout',
  'shutdownDelay',
  'queueTimeout',
  'balance',
  'migrate',
  'goodbye',
  'sticky',
  'reload',
  'crash',
  'hangTimeout',
  'lagWarning',
  'maxMemory',
  'maxRequests',
  'maxAge',
  'heapLimit',
  'spares',
  'compileCache',
  ...hookNames,
  'server',
  'onServer',
  'env',
  'name',
  'control',
  'logger',
  'logFormat',
  'logTime',
] satisfies (keyof ClusteredOptions)[])

// 16 MiB: Node itself does not start with much less.
const smallestHeap = 16 * 1024 * 1024

const knownOfReload = new Set<string>(['surge', 'soak'] satisfies (keyof ReloadOptions)[])

const knownOfGoodbye = new Set<string>(['perSecond', 'quiet'] satisfies (keyof GoodbyeOptions)[])

/** @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION, naming the option, its value and what is allowed. */
export function resolveOptions(options: ClusteredOptions<any> = {}): Settings {
  if (!isPlain(options)) throw badOption('options', options, 'an object')
  refuseUnknown(options, known, '')

  const { reload = {} } = options
  if (!isPlain(reload)) throw badOption('reload', reload, 'an object such as { surge: 1, soak: 1000 }')
  refuseUnknown(reload, knownOfReload, 'reload.')

  const { env = () => ({}), logger, balance = 'auto', crash = 'contain', migrate = true } = options
  const { name, control = true, onServer, compileCache, sticky } = options
  const { logFormat = 'pretty', logTime = false } = options
  if (sticky !== undefined && sticky !== 'socket.io' && typeof sticky !== 'function')
    throw badOption(
      'sticky',
      sticky,
      "'socket.io', or a function (request) => the id of a worker, or undefined",
    )
  if (onServer !== undefined && typeof onServer !== 'function')
    throw badOption('onServer', onServer, 'a function (server) => ...')
  if (typeof env !== 'function') throw badOption('env', env, 'a function that returns an object')
  if (!['auto', 'kernel', 'round-robin'].includes(balance))
    throw badOption('balance', balance, "'auto', 'kernel' or 'round-robin'")
  if (typeof migrate !== 'boolean') throw badOption('migrate', migrate, 'true or false')
  if (compileCache !== undefined && compileCache !== false && !isFolderName(compileCache))
    throw badOption('compileCache', compileCache, 'false, or the name of a folder')
  if (typeof control !== 'boolean') throw badOption('control', control, 'true or false')
  if (name !== undefined && !isProgramName(name))
    throw badOption(
      'name',
      name,
      'up to 64 letters, digits and . _ + -, the first one a letter, a digit or _',
    )
  if (crash !== 'contain' && crash !== 'exit') throw badOption('crash', crash, "'contain' or 'exit'")
  if (logger !== undefined && logger !== false && !isLogger(logger))
    throw badOption(
      'logger',
      logger,
      'false, an object with the methods info, warn and error, or a function that takes a line',
    )
  if (logFormat !== 'pretty' && logFormat !== 'json')
    throw badOption('logFormat', logFormat, "'pretty' or 'json'")
  if (typeof logTime !== 'boolean') throw badOption('logTime', logTime, 'true or false')

  const { workers, bounds } = workerCount(options.workers)
  // Defaults by destructuring: `null` is a mistake and not an option left out.
  const { bootTimeout = 30_000, drainTimeout = 10_000, shutdownDelay = 0, queueTimeout = 30_000 } = options
  const { hangTimeout = 30_000, lagWarning = 1000, maxRequests = Infinity, maxAge = Infinity } = options
  const { surge = 1, soak = 1000 } = reload
  const { spares = 0 } = options
  return {
    workers,
    bounds,
    bootTimeout: duration('bootTimeout', bootTimeout, { least: 100 }),
    drainTimeout: duration('drainTimeout', drainTimeout, { least: 100, zero: true }),
    shutdownDelay: duration('shutdownDelay', shutdownDelay, { least: 100, zero: true }),
    queueTimeout: duration('queueTimeout', queueTimeout, { least: 100, zero: true }),
    balance,
    surge: integer('reload.surge', surge, 1, 1024),
    soak: duration('reload.soak', soak, { least: 50, zero: true }),
    migrate,
    goodbye: goodbyeSettings(options.goodbye),
    sticky,
    crash,
    // A pause of the garbage collector, or of the machine, is no hang.
    hangTimeout: duration('hangTimeout', hangTimeout, { least: 1000, zero: true }),
    lagWarning: duration('lagWarning', lagWarning, { least: 100, zero: true }),
    maxMemory: memoryLimit(options.maxMemory),
    maxRequests: integer('maxRequests', maxRequests, 1, Infinity),
    maxAge: duration('maxAge', maxAge, { least: 1000, most: Infinity }),
    heapLimit: heapLimit(options.heapLimit, bounds?.max ?? workers),
    spares: integer('spares', spares, 0, 1024),
    compileCache,
    hooks: resolveHooks(options),
    server: checkServerOptions(options.server),
    onServer,
    env,
    name,
    control,
    logFormat,
    logTime,
    logger: resolveLogger(logger, { logFormat, logTime }),
  }
}

function goodbyeSettings(goodbye: GoodbyeOptions | false = {}): GoodbyeSettings | false {
  if (goodbye === false) return false
  if (!isPlain(goodbye))
    throw badOption('goodbye', goodbye, 'false, or an object such as { perSecond: 200, quiet: 100 }')
  refuseUnknown(goodbye, knownOfGoodbye, 'goodbye.')
  const { perSecond = defaultGoodbye.perSecond, quiet = defaultGoodbye.quiet } = goodbye
  return {
    perSecond: integer('goodbye.perSecond', perSecond, 1, 1_000_000),
    quiet: duration('goodbye.quiet', quiet, { least: 10, most: 60_000, zero: true }),
  }
}

/** @param unit as in `a whole number of bytes`. */
function integer(name: string, value: number, least: number, most: number, unit = ''): number {
  if ((Number.isInteger(value) || value === most) && value >= least && value <= most) return value
  throw badOption(name, value, `a whole number${unit} from ${least}${most < Infinity ? ` to ${most}` : ''}`)
}

function memoryLimit(limit = Infinity): number {
  if (typeof limit === 'number' && limit > 0 && limit < 1) return limit * (containerMemory() ?? totalmem())
  return integer('maxMemory', limit, smallestHeap, Infinity, ' of bytes (or a share below 1)')
}

function heapLimit(limit: number | false | undefined, workers: number): number | undefined {
  if (limit !== undefined)
    return limit === false ? undefined : integer('heapLimit', limit, smallestHeap, Infinity, ' of bytes')
  const container = containerMemory()
  return container === undefined
    ? undefined
    : Math.max(smallestHeap, heapShare(container, Math.max(1, workers)))
}

function isFolderName(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && !value.includes('\0')
}

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isLogger(value: unknown): boolean {
  if (typeof value === 'function') return true
  const logger = value as Logger
  return (
    typeof logger === 'object' &&
    logger !== null &&
    (['info', 'warn', 'error'] as const).every((level) => typeof logger[level] === 'function')
  )
}

/** A misspelt option would otherwise be an option left out. */
function refuseUnknown(options: object, names: ReadonlySet<string>, prefix: string): void {
  for (const [name, value] of Object.entries(options))
    if (!names.has(name))
      throw badOption(prefix + name, value, `one of: ${[...names].join(', ')}`, 'is not an option')
}
