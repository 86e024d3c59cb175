import { totalmem } from 'node:os'
import { badOption } from './bad-option.ts'
import { isProgramName } from './control/name.ts'
import { usableCpus } from './cpus.ts'
import { hookNames, type Hooks, resolveHooks } from './hooks.ts'
import { type Logger, resolveLogger } from './logger.ts'
import { containerMemory, heapShare } from './memory.ts'
import type { ClusteredOptions, ReloadOptions } from './options.ts'

/** The options with every default in place. */
export interface Settings {
  workers: number
  bootTimeout: number
  drainTimeout: number
  shutdownDelay: number
  queueTimeout: number
  balance: 'auto' | 'kernel' | 'round-robin'
  surge: number
  soak: number
  migrate: boolean
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
  hooks: Hooks
  env: () => Record<string, string | undefined>
  name: string | undefined
  control: boolean
  logger: Logger
}

const known = new Set<string>([
  'workers',
  'bootTimeout',
  'drainTimeout',
  'shutdownDelay',
  'queueTimeout',
  'balance',
  'migrate',
  'reload',
  'crash',
  'hangTimeout',
  'lagWarning',
  'maxMemory',
  'maxRequests',
  'maxAge',
  'heapLimit',
  'spares',
  ...hookNames,
  'env',
  'name',
  'control',
  'logger',
] satisfies (keyof ClusteredOptions)[])

// 16 MiB: Node itself does not start with much less.
const smallestHeap = 16 * 1024 * 1024

const knownOfReload = new Set<string>(['surge', 'soak'] satisfies (keyof ReloadOptions)[])

// What setTimeout can hold; it silently turns more into 1 ms.
const longestTimeout = 2 ** 31 - 1

/** @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION, naming the option, its value and what is allowed. */
export function resolveOptions(options: ClusteredOptions = {}): Settings {
  if (typeof options !== 'object' || options === null) throw badOption('options', options, 'an object')
  refuseUnknown(options, known, '')

  const reload = options.reload ?? {}
  if (typeof reload !== 'object')
    throw badOption('reload', reload, 'an object such as { surge: 1, soak: 1000 }')
  refuseUnknown(reload, knownOfReload, 'reload.')

  const { env = () => ({}), logger, balance = 'auto', crash = 'contain', migrate = false } = options
  const { name, control = true } = options
  if (typeof env !== 'function') throw badOption('env', env, 'a function that returns an object')
  if (!['auto', 'kernel', 'round-robin'].includes(balance))
    throw badOption('balance', balance, "'auto', 'kernel' or 'round-robin'")
  if (typeof migrate !== 'boolean') throw badOption('migrate', migrate, 'true or false')
  if (typeof control !== 'boolean') throw badOption('control', control, 'true or false')
  if (name !== undefined && !isProgramName(name))
    throw badOption(
      'name',
      name,
      'up to 64 letters, digits and . _ + -, the first one a letter, a digit or _',
    )
  if (crash !== 'contain' && crash !== 'exit') throw badOption('crash', crash, "'contain' or 'exit'")
  if (logger !== undefined && logger !== false && !isLogger(logger))
    throw badOption('logger', logger, 'false, or an object with the methods info, warn and error')

  const workers = workerCount(options.workers)
  return {
    workers,
    bootTimeout: integer('bootTimeout', options.bootTimeout ?? 30_000, 1),
    drainTimeout: integer('drainTimeout', options.drainTimeout ?? 10_000, 0),
    shutdownDelay: integer('shutdownDelay', options.shutdownDelay ?? 0, 0),
    queueTimeout: integer('queueTimeout', options.queueTimeout ?? 30_000, 0),
    balance,
    surge: integer('reload.surge', reload.surge ?? 1, 1),
    soak: integer('reload.soak', reload.soak ?? 1000, 0),
    migrate,
    crash,
    hangTimeout: integer('hangTimeout', options.hangTimeout ?? 30_000, 0),
    lagWarning: integer('lagWarning', options.lagWarning ?? 1000, 0),
    maxMemory: memoryLimit(options.maxMemory),
    maxRequests: integer('maxRequests', options.maxRequests ?? Infinity, 1, Infinity),
    maxAge: integer('maxAge', options.maxAge ?? Infinity, 1, Infinity),
    heapLimit: heapLimit(options.heapLimit, workers),
    spares: integer('spares', options.spares ?? 0, 0, 1024),
    hooks: resolveHooks(options),
    env,
    name,
    control,
    logger: resolveLogger(logger),
  }
}

function workerCount(workers: number | undefined): number {
  if (workers !== undefined) return checkWorkerCount(workers, 'workers')
  const fromEnvironment = process.env['WEB_CONCURRENCY']
  if (!fromEnvironment) return usableCpus()
  return checkWorkerCount(Number(fromEnvironment), 'WEB_CONCURRENCY', fromEnvironment)
}

/** 1024 is far above any machine's use of it, and catches a port number put in the wrong place. */
export function checkWorkerCount(workers: number, name: string, shown: unknown = workers, least = 0): number {
  if (Number.isInteger(workers) && workers >= least && workers <= 1024) return workers
  throw badOption(name, shown, `a whole number from ${least || '0 (single mode)'} to 1024`)
}

function integer(name: string, value: number, least: number, most = longestTimeout): number {
  if ((Number.isInteger(value) || value === most) && value >= least && value <= most) return value
  throw badOption(name, value, `a whole number from ${least}${most < Infinity ? ` to ${most}` : ''}`)
}

function memoryLimit(limit = Infinity): number {
  if (limit > 0 && limit < 1) return limit * (containerMemory() ?? totalmem())
  return integer('maxMemory', limit, smallestHeap, Infinity)
}

function heapLimit(limit: number | false | undefined, workers: number): number | undefined {
  if (limit !== undefined)
    return limit === false ? undefined : integer('heapLimit', limit, smallestHeap, Infinity)
  const container = containerMemory()
  return container === undefined
    ? undefined
    : Math.max(smallestHeap, heapShare(container, Math.max(1, workers)))
}

function isLogger(value: unknown): value is Logger {
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
