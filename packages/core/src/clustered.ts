import cluster from 'node:cluster'
import http from 'node:http'
import net from 'node:net'
import type { Adapter, Target } from './adapter.ts'
import type { Cluster } from './cluster.ts'
import { ClusteredError } from './errors.ts'
import { type Listen, type ListenTarget, parseListenArguments } from './listen.ts'
import type { ClusteredOptions } from './options.ts'
import { startPrimary } from './primary/primary.ts'
import { runtime } from './runtime.ts'
import { resolveOptions, type Settings } from './settings.ts'
import { sayWhoForked } from './foreign-worker.ts'
import { startSingle } from './single.ts'
import { WorkerCluster } from './worker/worker-cluster.ts'

/** An app, and what puts it on every core. */
export interface Clustered<App> {
  /** What was given, as it was given: the app, or the function that makes it. */
  readonly app: App
  /** Takes what `net.Server#listen` takes, save a handle. */
  readonly listen: Listen
}

/**
 * Puts `target` on every core.
 *
 * @param target a request listener, a server (`http`, `https`, `http2`), or a
 * function without parameters that returns one or a promise of one. Such a
 * function is called in workers only, so that the primary loads no app.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET, ERR_CLUSTERED_BAD_OPTION
 */
export function clustered<T extends Target>(target: T, options?: ClusteredOptions): Clustered<T>
export function clustered<Make extends () => Target | Promise<Target>>(
  target: Make,
  options?: ClusteredOptions,
): Clustered<Make>
export function clustered(target: unknown, options?: ClusteredOptions): Clustered<unknown> {
  return adapt(plain, target, options)
}

const plain: Adapter<Target> = {
  accepts: 'a request listener (request, response) => ..., or a server',
  isApp: (value): value is Target =>
    value instanceof net.Server || (typeof value === 'function' && value.length > 0),
  toTarget: (target) => target,
}

/**
 * What adapters are made of: `clustered` for the apps of one framework.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET, ERR_CLUSTERED_BAD_OPTION
 */
export function adapt<App>(
  adapter: Adapter<App>,
  target: unknown,
  options?: ClusteredOptions,
): Clustered<unknown> {
  const isApp = adapter.isApp(target)
  // A function with parameters makes no app: it is one, of another framework.
  const isFactory = typeof target === 'function' && target.length === 0
  if (!isApp && !isFactory) throw badTarget(adapter, target, 'clustered() was given')
  const settings = resolveOptions(options)

  const makeServer = async (): Promise<net.Server> => {
    const app: unknown = isApp ? target : await (target as () => unknown)()
    if (!adapter.isApp(app)) throw badTarget(adapter, app, 'the function given to clustered() returned')
    return toServer(adapter.toTarget(app))
  }
  return {
    app: target,
    listen: (...args: unknown[]) => start(makeServer, parseListenArguments(args), settings),
  }
}

/** The one fork in the road. */
function start(makeServer: () => Promise<net.Server>, target: ListenTarget, settings: Settings): Cluster {
  const here = runtime()
  const key = `listen ${++here.listens}`
  if (here.worker) return new WorkerCluster(here.worker, key, makeServer, target.options, settings.hooks)
  // A worker of somebody else's cluster (pm2's, say) serves as that wants it to.
  if (cluster.isWorker) sayWhoForked(settings.logger)
  if (here.isStray) return startSingle(never, target, settings)
  if (settings.workers === 0 || cluster.isWorker) return startSingle(makeServer, target, settings)
  return startPrimary(key, target, settings)
}

/** Serves nobody, and stays until its primary goes: if it ended, the program would fork another. */
const never = (): Promise<net.Server> => new Promise(() => {})

function toServer(target: Target): net.Server {
  return target instanceof net.Server ? target : http.createServer(target)
}

function describeValue(value: unknown): string {
  if (typeof value === 'object' && value !== null) return `an object (${value.constructor?.name})`
  return typeof value === 'function' ? `a function with ${value.length} parameters` : String(value)
}

function badTarget(adapter: Adapter<unknown>, value: unknown, where: string): ClusteredError {
  const shown = describeValue(value)
  return new ClusteredError(
    'ERR_CLUSTERED_BAD_TARGET',
    `${where} ${shown}. Expected: ${adapter.accepts}, or a function without parameters that returns one.`,
  )
}
