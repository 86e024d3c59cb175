import { badOption } from './bad-option.ts'
import { usableCpus } from './cpus.ts'
import { totalmem } from 'node:os'
import { hookNames, type Hooks, resolveHooks } from './hooks.ts'
import { isProgramName } from './control/name.ts'
import { type Logger, resolveLogger } from './logger.ts'
import { containerMemory, heapShare } from './memory.ts'

/** All durations are in milliseconds. */
export interface ClusteredOptions extends Hooks {
  /**
   * How many workers serve. `0` is single mode: this one process serves, no
   * cluster, the same drain.
   * @default `WEB_CONCURRENCY`, else the CPUs that the process may use: those
   * the system reports, held to the container's CPU quota.
   */
  workers?: number
  /**
   * How long a worker may take from fork to listening before it is killed and
   * counted as a failed boot. Not enforced under `--inspect`.
   * @default 30000
   */
  bootTimeout?: number
  /**
   * How long a draining worker may take to answer what it has in flight. What
   * is left then is cut. Give it more than the server's `keepAliveTimeout`
   * plus a second, so that idle connections end by themselves.
   * @default 10000
   */
  drainTimeout?: number
  /**
   * How long the cluster goes on accepting and serving after SIGTERM, SIGINT,
   * SIGQUIT or `close()`, while `cluster.state` is `'closing'` already. For
   * load balancers that need a while to send no more.
   * @default 0
   */
  shutdownDelay?: number
  /**
   * How long a connection may wait while no worker is there to take it. It
   * then gets a 503 (or, when it speaks TLS, is closed).
   * @default 30000
   */
  queueTimeout?: number
  /**
   * How connections reach workers. `'kernel'`: the kernel spreads them over
   * one listening socket per slot (Linux, Node 22.12 and later, TCP).
   * `'round-robin'`: the primary accepts and hands each one to the next worker.
   * `'auto'`: the first where it can be had, else the second.
   * @default 'auto'
   */
  balance?: 'auto' | 'kernel' | 'round-robin'
  /**
   * Experimental: idle keep-alive connections of a draining worker move to
   * another worker, so that clients do not even reconnect, and a drain takes
   * milliseconds in place of the keep-alive timeout. Plain HTTP/1.1 only.
   * @default false
   */
  migrate?: boolean
  /** How a rolling reload goes about it. */
  reload?: ReloadOptions
  /**
   * What an error does that nobody has caught. `'contain'`: the request that
   * caused it gets a 500, the worker is replaced, answers its other requests
   * and then exits with the code that the crash would have had. `'exit'`: the
   * worker dies at once, as in plain Node, and every request in it is cut.
   * An app's own 'uncaughtException' handler comes before either.
   * @default 'contain'
   */
  crash?: 'contain' | 'exit'
  /**
   * A worker whose event loop has not turned for this long is reported with
   * the JavaScript stack that it is stuck in, killed and replaced. 0: never.
   * Not enforced under `--inspect`. It takes a thread in each worker; see
   * docs/hung-workers.md for its cost.
   * @default 30000
   */
  hangTimeout?: number
  /**
   * A worker whose event loop has not turned for this long is reported in the
   * same way, and left alone. 0: never.
   * @default 1000
   */
  lagWarning?: number
  /**
   * A worker whose resident memory is above this is replaced: bytes, or, below
   * 1, a share of the container's memory (without a container, the machine's).
   * @default no limit
   */
  maxMemory?: number
  /**
   * A worker that has served this many requests, less up to a tenth at random,
   * is replaced.
   * @default no limit
   */
  maxRequests?: number
  /**
   * A worker that is this old, in milliseconds, less up to a tenth at random,
   * is replaced.
   * @default no limit
   */
  maxAge?: number
  /**
   * The limit of each worker's JavaScript heap, in bytes; `false` leaves it to
   * Node. Not touched where `--max-old-space-size` is given.
   * @default in a container whose memory is limited: each worker's share of
   * three quarters of it; else Node's own
   */
  heapLimit?: number | false
  /**
   * How many workers are kept that have booted and accept nothing. When a
   * worker dies, one of them takes its place at once.
   * @default 0
   */
  spares?: number
  /**
   * Called at every boot of a worker; what it returns is added to that
   * worker's environment, and a variable given as `undefined` is taken out.
   * A reload thus brings new environment along with new code.
   */
  env?: () => Record<string, string | undefined>
  /**
   * What the program is called by the `clustered` command: up to 64 letters,
   * digits and `. _ + -`, the first one a letter, a digit or `_`.
   * @default the name in the nearest package.json, else the entry file's
   */
  name?: string
  /**
   * Whether the primary opens a control socket, by which the `clustered`
   * command of the same user sees and operates it.
   * @default true
   */
  control?: boolean
  /**
   * Where log lines go; `false` for nowhere. `console` and pino fit.
   * @default one line per event on stderr
   */
  logger?: Logger | false
}

export interface ReloadOptions {
  /**
   * How many slots are replaced at once.
   * @default 1
   */
  surge?: number
  /**
   * How long a new worker must stay up, serving beside the old one, before
   * the old one drains and the next slot's turn comes.
   * @default 1000
   */
  soak?: number
}

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
