import { EventEmitter } from 'node:events'
import { constants } from 'node:os'
import type { AddressInfo, ListenOptions, Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster, ClusterState, WorkerInfo } from './cluster.ts'
import { ClusteredError } from './errors.ts'
import type { ClusterEvents } from './events.ts'
import { holdExit } from './held-exit.ts'
import { leastForShutdown, Lifecycle } from './lifecycle.ts'
import type { ListenTarget } from './listen.ts'
import { surviveLostLogs } from './log-streams.ts'
import { shareSignal, takeSignal } from './own-signals.ts'
import { runningClock } from './running-clock.ts'
import { ShutdownCode } from './shutdown-code.ts'
import { startListening } from './start-listening.ts'
import type { Settings } from './settings.ts'
import { formatAddress } from './format-address.ts'
import { runtime } from './runtime.ts'
import { primarySignals, stopSignals } from './signal-names.ts'
import { DrainableServer } from './worker/drain.ts'

/** Every place that a process in single mode listens at: they close together. */
export interface Singles {
  lifecycle: Lifecycle
  all: Single[]
  closing: Promise<void> | undefined
}

/** Single mode: this one process serves, and drains as a worker does. */
class Single extends EventEmitter<ClusterEvents> implements Cluster {
  readonly role = 'single'
  readonly balance = null
  readonly workers: WorkerInfo[] = []
  readonly ready: Promise<void>
  state: ClusterState = 'booting'
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
    this.#singles = here.singles ??= { lifecycle: here.lifecycle, all: [], closing: undefined }
    this.#singles.all.push(this)
    this.ready = this.#listen(makeServer, options)
    this.ready.catch(() => {})
  }

  address(): AddressInfo | string | null {
    return this.#server?.address() ?? null
  }

  reload(): Promise<void> {
    return Promise.reject(this.#needsWorkers('reload'))
  }

  scale(): Promise<void> {
    return Promise.reject(this.#needsWorkers('scale'))
  }

  close(): Promise<void> {
    return (this.#singles.closing ??= this.#close(this.#singles))
  }

  async #close({ all, lifecycle }: Singles): Promise<void> {
    const wasReady = this.state === 'ready'
    for (const single of all) single.state = 'closing'
    if (wasReady) await sleep(this.#settings.shutdownDelay)
    await lifecycle.end(this.#settings.drainTimeout, () =>
      Promise.all(all.map(async (single) => single.#drainable?.drain(this.#settings.drainTimeout))),
    )
  }

  async #listen(makeServer: () => Promise<Server>, options: ListenOptions): Promise<void> {
    const server = await makeServer()
    this.#server = server
    this.#drainable = new DrainableServer(server)
    await startListening(server, options)
    if (this.state === 'closing') return
    this.state = 'ready'
    this.#singles.lifecycle.ready(this.#settings.hooks)
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
): Cluster {
  surviveLostLogs({ inUse: true })
  const { logger } = settings
  const single = new Single(makeServer, options, settings)
  if (callback) void single.ready.then(() => callback(), callback)
  single.ready.then(
    () => logger.info(`listening on ${formatAddress(single.address())}, single mode (pid ${process.pid})`),
    (error: Error) => {
      logger.error(error.message)
      setImmediate(() => process.exit(1))
    },
  )
  takeSignals(single, settings)
  return single
}

/** Once, for every place that this process listens at. */
function takeSignals(single: Single, { logger, drainTimeout }: Settings): void {
  const here = runtime()
  if (here.singles!.all.length > 1) return
  const shutdownCode = new ShutdownCode(here.lifecycle!.report)
  let [stopping, leaving] = [false, false]
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    logger.info(`closing: ${signal}`)
    const clock = runningClock()
    const deadline = clock.now() + drainTimeout
    await single.close()
    await shutdownCode.run(Math.max(leastForShutdown, deadline - clock.now()), signal)
    leaving = true
    process.exit()
  }
  const onStop = (signal: NodeJS.Signals): void => {
    // With it, shutdown code says that it has ended.
    if (shutdownCode.end()) return
    leaving = stopping
    if (stopping) process.exit(128 + constants.signals[signal])
    stopping = true
    void stop(signal)
  }
  for (const signal of stopSignals) takeSignal(signal, onStop)
  holdExit(() => {
    if (!stopping || leaving) return false
    shutdownCode.end()
    return true
  })
  const ignore = (signal: string): void =>
    logger.warn(`${signal} is ignored: single mode has no workers to replace`)
  if (process.platform !== 'win32') for (const signal of primarySignals) shareSignal(signal, ignore)
}
