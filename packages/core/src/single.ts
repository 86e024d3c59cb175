import cluster from 'node:cluster'
import { Server as HttpServer } from 'node:http'
import type { AddressInfo, ListenOptions, Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onAbort } from './abort.ts'
import { ClusterFace } from './cluster-face.ts'
import type { Cluster, ClusterState, SlotInfo, WorkerInfo } from './cluster.ts'
import { type Deferred, deferred } from './deferred.ts'
import { announce, ownSlot } from './diagnostics.ts'
import { emptyQueues, mayShut } from './empty-queue.ts'
import { ClusteredError, closingError, metricsOff } from './errors.ts'
import { Lifecycle } from './lifecycle.ts'
import type { ListenPlace, ListenTarget } from './listen.ts'
import { surviveLostLogs } from './log-streams.ts'
import { handleOf } from './node-internals/handles.ts'
import { startListening } from './start-listening.ts'
import type { Settings } from './settings.ts'
import { SingleMetrics } from './single-metrics.ts'
import type { GivenSocket } from './systemd/given-socket.ts'
import { type GivenSockets, takeGivenSockets } from './systemd/given-sockets.ts'
import { notifySystemd } from './systemd/notify.ts'
import { watchFastify } from './telemetry/routes/fastify.ts'
import { testRunner } from './test-runner.ts'
import type { Metric } from './telemetry/metric.ts'
import { formatAddress } from './format-address.ts'
import { runtime } from './runtime.ts'
import { takeSignals } from './single-signals.ts'
import { toReport, toWords } from './thrown.ts'
import { whileWatched } from './watcher.ts'
import { DrainableServer } from './worker/drain/drainable-server.ts'

// An app that is given to `clustered` is made before that is called. A test keeps no metrics, and its app as it is.
if (testRunner() === undefined) watchFastify()

/** Every place that a process in single mode listens at: they close together. */
export interface Singles {
  lifecycle: Lifecycle
  metrics: SingleMetrics | undefined
  given: GivenSockets | undefined
  all: Single[]
  closing: Promise<void> | undefined
  /** The one that ends this process, once one does. */
  signal: string | undefined
  /** Ends with the closing, however early somebody stops to wait for that. */
  over: Deferred
}

/** Single mode: this one process serves, and drains as a worker does. Under a test runner it leaves the process alone. */
class Single extends ClusterFace implements Cluster {
  readonly role = 'single'
  readonly slot = 0
  readonly balance = null
  readonly workers: WorkerInfo[] = []
  readonly slots: SlotInfo[] = []
  readonly ready: Promise<void>
  override state: ClusterState = 'booting'
  readonly #singles: Singles
  readonly #options: ListenPlace
  #given: GivenSocket | undefined
  readonly #settings: Settings
  readonly #isTest: boolean
  #server: Server | undefined
  #drainable: DrainableServer | undefined

  constructor(makeServer: () => Promise<Server>, options: ListenPlace, settings: Settings, isTest: boolean) {
    super()
    this.#options = options
    this.#settings = settings
    this.#isTest = isTest
    const here = runtime()
    // Each test closes its own, and the next one begins anew.
    if (isTest) Object.assign(here, { lifecycle: undefined, singles: undefined })
    here.lifecycle ??= makeLifecycle(settings)
    here.lifecycle.add(settings.hooks)
    here.lifecycle.add({ onShutdown: () => this.emit('close', 'drained') })
    this.#singles = here.singles ??= {
      lifecycle: here.lifecycle,
      given: isTest ? undefined : takeGivenSockets(settings.logger),
      metrics: settings.metrics && !isTest ? new SingleMetrics(here.lifecycle.report) : undefined,
      all: [],
      closing: undefined,
      signal: undefined,
      over: deferred(),
    }
    this.#singles.all.push(this)
    this.ready = this.#listen(makeServer, options)
    this.ready.catch(() => {})
  }

  get leads(): boolean {
    return this.#singles.lifecycle.leading.leads
  }

  override address(): AddressInfo | string | null {
    // Of a unix socket that it was given, Node knows no name.
    return this.#server?.address() ?? (this.#server?.listening && this.#given ? this.#given.address : null)
  }

  reload(): Promise<void> {
    return Promise.reject(this.#needsWorkers('reload'))
  }

  scale(): Promise<void> {
    return Promise.reject(this.#needsWorkers('scale'))
  }

  async metrics(): Promise<Metric[]> {
    if (!this.#settings.metrics) throw metricsOff()
    // A test leaves nothing behind in its process.
    return this.#singles.metrics?.metrics() ?? []
  }

  protected override shut(cut?: AbortSignal): Promise<void> {
    const { all } = this.#singles
    const closing = (this.#singles.closing ??= this.#close(this.#singles))
    if (!cut) return closing
    const aborted = new Promise<void>((resolve) => {
      onAbort(cut, () => {
        for (const single of all) single.#drainable?.cut()
        resolve()
      })
    })
    return Promise.race([closing, aborted])
  }

  protected override whenOver(callback: () => unknown): void {
    void this.#singles.over.promise.then(callback)
  }

  async #close({ all, lifecycle, over, signal }: Singles): Promise<void> {
    const wasReady = this.state === 'ready'
    for (const single of all) single.#become('closing')
    if (wasReady && !this.#isTest) await sleep(this.#settings.shutdownDelay)
    const drain = (): Promise<unknown> => Promise.all(all.map((single) => single.#drain()))
    await lifecycle.end(this.#settings.drainTimeout, drain, { signal })
    over.resolve()
  }

  async #drain(): Promise<void> {
    const server = this.#server
    if (server?.listening)
      await emptyQueues([handleOf(server)], { shut: !this.#given && mayShut(this.#options) })
    const { drainTimeout, goodbye } = this.#settings
    const drained = this.#drainable?.drain(drainTimeout, goodbye)
    // A test is its own client, and has no request on its way when it closes.
    if (this.#isTest && server && 'closeIdleConnections' in server)
      HttpServer.prototype.closeIdleConnections.call(server)
    await drained
  }

  async #listen(makeServer: () => Promise<Server>, options: ListenPlace): Promise<void> {
    const server = await makeServer().catch((error: unknown) => {
      console.error('%s', toReport(error))
      throw error
    })
    if (this.#isClosing) throw closingError('ready')
    this.#server = server
    this.#drainable = new DrainableServer(server)
    this.#singles.metrics?.watch(server)
    // A server that a test only imports does not keep the tests from ending.
    if (this.#isTest) server.on('connection', (socket) => socket.unref()).unref()
    this.#given = await this.#singles.given?.find(options)
    const closed = new Promise<void>((resolve) => server.once('close', resolve))
    await Promise.race([
      startListening(server, this.#given?.forServer(options.backlog) ?? (options as ListenOptions)),
      closed,
    ])
    if (this.#isClosing) {
      this.#drainable.cut()
      throw closingError('ready')
    }
    this.#become('ready')
    announce('clustered:ready', () => ({ slot: ownSlot() }))
    this.#singles.lifecycle.ready(this.#settings.hooks)
    this.#singles.lifecycle.leading.begin()
  }

  #become(state: ClusterState): void {
    if (this.state === state) return
    this.state = state
    this.emit('state', state)
  }

  get #isClosing(): boolean {
    return this.state === 'closing'
  }

  #needsWorkers(call: string): ClusteredError {
    return new ClusteredError(
      'ERR_CLUSTERED_SINGLE_MODE',
      `${call}: this is single mode (workers: 0), which has no workers. Set workers to 1 or more.`,
    )
  }
}

function makeLifecycle({ logger }: Settings): Lifecycle {
  const lifecycle = new Lifecycle((problem) => logger.error('worker:problem', problem, { reason: problem }))
  if (cluster.isWorker)
    lifecycle.leading.refuse(
      'onLead is not called: this process is a worker of a cluster that is not ours, and each worker of that would lead',
    )
  return lifecycle
}

/** As a worker finds it, where nobody above has numbered this process. */
function nameSlot(): void {
  process.env['CLUSTERED_SLOT'] = '0'
  process.env['NODE_APP_INSTANCE'] ??= '0'
}

export function startSingle(
  makeServer: () => Promise<Server>,
  { options, callback }: ListenTarget,
  given: Settings,
  runner?: string,
): ClusterFace & Cluster {
  const settings = whileWatched(given)
  const isTest = runner !== undefined
  if (!isTest) {
    surviveLostLogs({ inUse: true })
    nameSlot()
  }
  const { logger, admin } = settings
  if (admin && !isTest)
    logger.warn(
      'admin',
      'no admin server: in single mode (workers: 0) there is no primary that could have it',
    )
  const why =
    isTest && settings.workers > 0
      ? ` because ${runner} runs it; CLUSTERED_WORKERS=2 in the environment starts two workers`
      : ''
  const single = new Single(makeServer, options, settings, isTest)
  if (callback) void single.ready.then(() => callback(), callback)
  single.ready.then(
    () =>
      logger.info(
        'listening',
        `listening on ${formatAddress(single.address())}, single mode (pid ${process.pid})${why}`,
        { address: formatAddress(single.address()), pid: process.pid },
      ),
    (error: unknown) => {
      if ((error as ClusteredError | undefined)?.code === 'ERR_CLUSTERED_CLOSING') return
      logger.error('error', toWords(error).message, { code: (error as NodeJS.ErrnoException).code })
      if (!isTest) setImmediate(() => process.exit(1))
    },
  )
  // A worker of another cluster is not what systemd has started.
  if (!isTest && !cluster.isWorker) notifySystemd(single, settings)
  if (!isTest) takeSignals(single, settings)
  return single
}
