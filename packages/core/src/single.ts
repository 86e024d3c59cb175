import { constants } from 'node:os'
import type { AddressInfo, ListenOptions, Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { onAbort } from './abort.ts'
import { ClusterFace } from './cluster-face.ts'
import type { Cluster, ClusterState, WorkerInfo } from './cluster.ts'
import { type Deferred, deferred } from './deferred.ts'
import { ClusteredError, closingError } from './errors.ts'
import { Lifecycle } from './lifecycle.ts'
import type { ListenTarget } from './listen.ts'
import { surviveLostLogs } from './log-streams.ts'
import { startListening } from './start-listening.ts'
import type { Settings } from './settings.ts'
import { formatAddress } from './format-address.ts'
import { runtime } from './runtime.ts'
import { primarySignals, stopSignals } from './signal-names.ts'
import { toReport, toWords } from './thrown.ts'
import { DrainableServer } from './worker/drain.ts'

/** Every place that a process in single mode listens at: they close together. */
export interface Singles {
  lifecycle: Lifecycle
  all: Single[]
  closing: Promise<void> | undefined
  /** Ends with the closing, however early somebody stops to wait for that. */
  over: Deferred
}

/** Single mode: this one process serves, and drains as a worker does. */
class Single extends ClusterFace implements Cluster {
  readonly role = 'single'
  readonly balance = null
  readonly workers: WorkerInfo[] = []
  readonly ready: Promise<void>
  override state: ClusterState = 'booting'
  readonly #singles: Singles
  readonly #settings: Settings
  #server: Server | undefined
  #drainable: DrainableServer | undefined

  constructor(makeServer: () => Promise<Server>, options: ListenOptions, settings: Settings) {
    super()
    this.#settings = settings
    const here = runtime()
    here.lifecycle ??= new Lifecycle((problem) => settings.logger.error(problem))
    here.lifecycle.add(settings.hooks)
    here.lifecycle.add({ onShutdown: () => this.emit('close', 'drained') })
    this.#singles = here.singles ??= {
      lifecycle: here.lifecycle,
      all: [],
      closing: undefined,
      over: deferred(),
    }
    this.#singles.all.push(this)
    this.ready = this.#listen(makeServer, options)
    this.ready.catch(() => {})
  }

  override address(): AddressInfo | string | null {
    return this.#server?.address() ?? null
  }

  reload(): Promise<void> {
    return Promise.reject(this.#needsWorkers('reload'))
  }

  scale(): Promise<void> {
    return Promise.reject(this.#needsWorkers('scale'))
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

  async #close({ all, lifecycle, over }: Singles): Promise<void> {
    const wasReady = this.state === 'ready'
    for (const single of all) single.state = 'closing'
    if (wasReady) await sleep(this.#settings.shutdownDelay)
    await lifecycle.end(this.#settings.drainTimeout, () =>
      Promise.all(all.map(async (single) => single.#drainable?.drain(this.#settings.drainTimeout))),
    )
    over.resolve()
  }

  async #listen(makeServer: () => Promise<Server>, options: ListenOptions): Promise<void> {
    const server = await makeServer().catch((error: unknown) => {
      console.error('%s', toReport(error))
      throw error
    })
    if (this.#isClosing) throw closingError('ready')
    this.#server = server
    this.#drainable = new DrainableServer(server)
    const closed = new Promise<void>((resolve) => server.once('close', resolve))
    await Promise.race([startListening(server, options), closed])
    if (this.#isClosing) {
      this.#drainable.cut()
      throw closingError('ready')
    }
    this.state = 'ready'
    this.#singles.lifecycle.ready(this.#settings.hooks)
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

export function startSingle(
  makeServer: () => Promise<Server>,
  { options, callback }: ListenTarget,
  settings: Settings,
): ClusterFace & Cluster {
  surviveLostLogs({ inUse: true })
  const { logger } = settings
  const single = new Single(makeServer, options, settings)
  if (callback) void single.ready.then(() => callback(), callback)
  single.ready.then(
    () => logger.info(`listening on ${formatAddress(single.address())}, single mode (pid ${process.pid})`),
    (error: unknown) => {
      if ((error as ClusteredError | undefined)?.code === 'ERR_CLUSTERED_CLOSING') return
      logger.error(toWords(error).message)
      setImmediate(() => process.exit(1))
    },
  )
  let stopping = false
  for (const signal of stopSignals)
    process.on(signal, () => {
      if (stopping) process.exit(128 + constants.signals[signal])
      stopping = true
      logger.info(`closing: ${signal}`)
      void single.close().then(() => process.exit())
    })
  const reload = (signal: string): void =>
    logger.warn(`${signal} is ignored: single mode has no workers to replace`)
  if (process.platform !== 'win32') for (const signal of primarySignals) process.on(signal, reload)
  return single
}
