import cluster from 'node:cluster'
import type { RequestListener } from 'node:http'
import net from 'node:net'
import { onAbort } from './abort.ts'
import type { Adapter, OrFactory, ServerOf, Target } from './adapter.ts'
import { badOption } from './bad-option.ts'
import { badTarget, checkServer } from './bad-target.ts'
import type { Cluster } from './cluster.ts'
import { type ClusterFace, emitAsServer } from './cluster-face.ts'
import type { Lifecycle } from './lifecycle.ts'
import { type Listen, type ListenTarget, parseListenArguments } from './listen.ts'
import type { ClusteredOptions } from './options.ts'
import type { Check } from './health/checks.ts'
import { ownHealth } from './health/own-health.ts'
import { isBundled } from './own-files.ts'
import { refuseOtherRuntimes } from './other-runtimes.ts'
import { giveRegistries } from './merge-metrics.ts'
import { makeHttpServer } from './server-options.ts'
import { runtime } from './runtime.ts'
import { resolveOptions, type Settings } from './settings.ts'
import { sayWhoForked } from './foreign-worker.ts'
import { testRunner } from './test-runner.ts'
import { describeOptions } from './worker/own-options.ts'
import { WorkerCluster } from './worker/worker-cluster.ts'

// The rest of the bundle comes after it, as the program comes after the preload.
// oxlint-disable-next-line import/no-unassigned-import
if (isBundled) require('./worker/preload.js')

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
export function clustered<Given extends OrFactory<Target>>(
  target: Given,
  options?: ClusteredOptions<ServerOf<Given>>,
): Clustered<Given> {
  return adapt(plain, target, options)
}

const plain: Adapter<RequestListener> = {
  accepts: 'a request listener (request, response) => ...',
  isApp: (value): value is RequestListener => typeof value === 'function' && value.length > 0,
  toTarget: (listener) => listener,
}

/**
 * What adapters are made of: `clustered` for the apps of one framework, for
 * servers made of them, and for functions that make either.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET, ERR_CLUSTERED_BAD_OPTION
 */
export function adapt<App, Given>(
  adapter: Adapter<App>,
  target: Given,
  options?: ClusteredOptions<any>,
): Clustered<Given> {
  const isTarget = (value: unknown): value is App | net.Server =>
    value instanceof net.Server || adapter.isApp(value)
  // A function with parameters makes no app: it is one, of another framework.
  const isFactory = typeof target === 'function' && target.length === 0
  if (!isTarget(target) && !isFactory) throw badTarget(adapter, target, 'clustered() was given')
  const settings = resolveOptions(options)
  if (options?.listen === false)
    throw badOption(
      'listen',
      false,
      'true, or clustered start --no-listen for the program',
      'is for programs that serve nothing',
    )
  if (adapter.routeOf) (runtime().routesOf ??= new Set()).add(adapter.routeOf)
  runtime().worker?.tellOptions(describeOptions(options))
  runtime().worker?.useSticky(settings.sticky)
  giveRegistries(options?.metrics)
  ownHealth().use(settings)
  tellChecks(settings.checks)
  const serverOf = async (app: App, lifecycle?: Lifecycle): Promise<net.Server> => {
    const ready = await adapter.toTarget(app)
    lifecycle?.addApp(app, adapter)
    if (adapter.checks) tellChecks(adapter.checks(app))
    if (!(ready instanceof net.Server)) return makeHttpServer(settings.server, ready)
    checkServer(ready, settings, adapter.serverOptions)
    return ready
  }
  if (target instanceof net.Server) checkServer(target, settings)

  const makeServer = async (): Promise<net.Server> => {
    // Under a test runner each `listen` has its own, and another may be called before this app is ready.
    const { lifecycle } = runtime()
    const made: unknown = isTarget(target) ? target : await (target as () => unknown)()
    if (!isTarget(made)) throw badTarget(adapter, made, 'the function given to clustered() returned')
    if (made instanceof net.Server) checkServer(made, settings)
    const server = made instanceof net.Server ? made : await serverOf(made, lifecycle)
    await settings.onServer?.(server)
    return server
  }
  return {
    app: target,
    listen: (...args: unknown[]) => {
      const place = parseListenArguments(args)
      if (adapter.listenOptions && !(target instanceof net.Server))
        place.options = adapter.listenOptions(place.options)
      // A further place is one of the same cluster.
      const known = runtime().primary
      const started = start(makeServer, place, settings)
      if (started !== known) emitAsServer(started)
      if (place.signal) onAbort(place.signal, () => void started.close())
      return started
    },
  }
}

function tellChecks(checks: Readonly<Record<string, Check>> = {}): void {
  ownHealth().checks.add(checks)
  runtime().worker?.tellChecks(ownHealth().checks.names)
}

/**
 * A worker boots faster without what only others need. They load it here, and not when they come to it: the
 * program may have given up the right to read these files by then.
 */
const others = runtime().worker
  ? undefined
  : {
      primary: require('./primary/primary.js') as typeof import('./primary/primary.ts'),
      single: require('./single.js') as typeof import('./single.ts'),
    }

/** The one fork in the road. */
function start(
  makeServer: () => Promise<net.Server>,
  target: ListenTarget,
  settings: Settings,
): ClusterFace & Cluster {
  const here = runtime()
  const key = `listen ${++here.listens}`
  if (here.worker) return new WorkerCluster(here.worker, key, makeServer, target.options, settings.hooks)
  // A worker of somebody else's cluster (pm2's, say) serves as that wants it to.
  if (cluster.isWorker) sayWhoForked(settings.logger)
  const runner = testRunner()
  const isTested = runner !== undefined && !process.env['CLUSTERED_WORKERS']
  const isSingle = settings.workers === 0 || isTested || cluster.isWorker
  refuseOtherRuntimes(isSingle)
  const { primary, single } = others!
  if (isSingle) return single.startSingle(here.isStray ? never : makeServer, target, settings, runner)
  return primary.startPrimary(key, target, settings)
}

/** Serves nobody, and stays until its primary goes: if it ended, the program would fork another. */
const never = (): Promise<net.Server> => new Promise(() => {})
