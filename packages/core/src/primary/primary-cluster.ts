import type { AddressInfo } from 'node:net'
import { onAbort } from '../abort.ts'
import { ClusterFace } from '../cluster-face.ts'
import type { Cluster, ClusterState, SlotInfo, WorkerInfo } from '../cluster.ts'
import { type Deferred, deferred } from '../deferred.ts'
import { closingError, metricsOff } from '../errors.ts'
import type { ClusterEvents } from '../events.ts'
import type { ListenPlace } from '../listen.ts'
import type { Settings } from '../settings.ts'
import type { ScaleBounds } from '../control/status.ts'
import type { ShutdownCode } from '../shutdown-code.ts'
import type { Metric } from '../telemetry/metric.ts'
import { Telemetry } from '../telemetry/telemetry.ts'
import { checkWorkers } from '../worker-count.ts'
import { announceEvent } from './announce-event.ts'
import type { Boundary } from './boundary.ts'
import { carryOut } from './calls.ts'
import { Ending } from './ending.ts'
import type { Entry } from './entry.ts'
import { Steps } from './fleet/steps.ts'
import { Supervisor } from './fleet/supervisor.ts'
import type { System } from './process/system.ts'
import { Relay } from './relay/relay.ts'
import type { Sockets } from './sockets/sockets.ts'

/** What it is made of. The model test brings its own system and sockets. */
export interface PrimaryParts {
  entry: Pick<Entry, 'release' | 'execArgv'>
  settings: Settings
  system: System
  sockets: Sockets
  boundary: Boundary
  /** Runs before this process ends, unless the program itself has ended it. */
  shutdownCode?: ShutdownCode
}

/** What `listen` returns in the primary: calls, their promises, and the events of what the supervisor does. */
export class PrimaryCluster extends ClusterFace implements Cluster {
  readonly role = 'primary'
  readonly slot = -1
  readonly leads = false
  /** Runs the user's code of this process. */
  readonly boundary: Boundary
  /** Passes on what this process and the workers publish. */
  readonly relay: Relay
  /** What workers and this process tell of themselves. */
  readonly telemetry: Telemetry
  readonly #settings: Settings
  readonly #sockets: Sockets
  readonly #steps = new Steps()
  readonly #supervisor: Supervisor
  readonly #ready: Deferred = deferred()
  readonly #gone: Deferred = deferred()
  /** Who waits for every slot to be filled. */
  readonly #waiting: Deferred[] = []
  #nextReload: Promise<void> | undefined
  readonly #ending: Ending

  constructor({ entry, settings, system, sockets, boundary, shutdownCode }: PrimaryParts) {
    super()
    // Its own parts are some, and each client that follows a reload is one more: that is no leak.
    this.setMaxListeners(100)
    this.#ending = new Ending(system, shutdownCode)
    this.boundary = boundary
    this.#settings = settings
    this.#sockets = sockets
    this.relay = new Relay(system.clock, (worker, problem) =>
      this.emit('worker:problem', worker.info, problem),
    )
    this.telemetry = new Telemetry((problem) => settings.logger.warn('metrics', problem, { reason: problem }))
    this.#supervisor = new Supervisor({
      entry,
      settings,
      system,
      sockets,
      relay: this.relay,
      telemetry: this.telemetry,
      steps: this.#steps,
      events: this,
      onFilled: () => this.#onFilled(),
      onClosing: () => this.#onClosing(),
      onGone: () => this.#onGone(),
      onBootFailed: (error, exitCode) => this.#fail(error, exitCode),
      onFinished: (exitCode) => this.#ending.ask(exitCode),
      onCall: (worker, message) => void carryOut(this, worker, message),
    })
  }

  get ready(): Promise<void> {
    return this.#ready.promise
  }

  override address(): AddressInfo | string | null {
    return this.#sockets.first?.address ?? null
  }

  /** At which it listens. */
  get ports(): readonly number[] {
    return this.#sockets.ports
  }

  get balance(): 'kernel' | 'round-robin' | null {
    return this.#sockets.first?.balancer.kind ?? null
  }

  override get state(): ClusterState {
    return this.#supervisor.state
  }

  /** Resolves when the last worker is gone. */
  get gone(): Promise<void> {
    return this.#gone.promise
  }

  /** How many workers are wanted. */
  get size(): number {
    return this.#supervisor.size
  }

  get slots(): SlotInfo[] {
    return this.#supervisor.slots
  }

  /** Between how many their number follows the load, if it does; and whether it waits for a reload to do so again. */
  get bounds(): ScaleBounds | null {
    const { bounds } = this.#settings
    return bounds ? { ...bounds, held: this.#supervisor.isHeld } : null
  }

  /** What a worker that boots now runs. */
  get generation(): number {
    return this.#supervisor.generation
  }

  get workers(): WorkerInfo[] {
    return this.#supervisor.workers
  }

  /** Has the end of this process wait for it, once the last worker is gone: it takes a moment, and never fails. */
  beforeEnd(last: () => Promise<void>): void {
    this.#ending.last = last
  }

  /** For who looks inside them, and operates one of them. */
  get fleet(): Pick<Supervisor, 'handles' | 'moves' | 'putAside' | 'replace'> {
    return this.#supervisor
  }

  /** Events reach listeners when the step that caused them is over; one that throws disturbs nobody. */
  override emit<Name>(
    event: Name | keyof ClusterEvents,
    ...args: Name extends keyof ClusterEvents ? ClusterEvents[Name] : never
  ): boolean {
    this.#steps.afterwards(() => {
      for (const listener of this.rawListeners(event))
        this.boundary.run(`a listener of '${String(event)}'`, () => Reflect.apply(listener, this, args))
      announceEvent(event as PropertyKey, args, this.boundary)
    })
    return this.listenerCount(event) > 0
  }

  /** Boots the workers of a program that is not known to listen anywhere in particular. */
  start(): void {
    this.#supervisor.start()
  }

  /**
   * Takes the place, then boots the workers. If the place cannot be had, the
   * cluster ends, as no worker that boots later could have it; and this
   * rejects, as it may be a later place than the first.
   */
  async open(key: string, options: ListenPlace): Promise<void> {
    try {
      await this.#sockets.require(key, options)
      this.#supervisor.start()
    } catch (error) {
      this.#fail(error as Error)
      throw error
    }
  }

  reload(): Promise<void> {
    if (this.state === 'closing') return Promise.reject(closingError('reload'))
    const { reload, isProven } = this.#supervisor
    if (!reload && isProven) return this.#supervisor.beginReload().promise
    const again = (): Promise<void> => {
      this.#nextReload = undefined
      return this.reload()
    }
    return (this.#nextReload ??= (reload?.promise ?? this.ready).catch(() => {}).then(again))
  }

  async scale(workers: number): Promise<void> {
    checkWorkers('scale', workers)
    if (this.state === 'closing') throw closingError('scale')
    const filled = deferred()
    this.#waiting.push(filled)
    this.#supervisor.resize(workers, 'asked')
    return filled.promise
  }

  async metrics(): Promise<Metric[]> {
    if (!this.#settings.metrics) throw metricsOff()
    return this.telemetry.metrics()
  }

  /** As many as the program's own options want, which is no wish of anybody that stands above them. */
  scaleAsOptionsSay(workers: number): void {
    if (this.state !== 'closing') this.#supervisor.resize(workers, 'options')
  }

  /** One worker more, or fewer, but never none. */
  scaleBy(difference: number): void {
    const workers = Math.max(1, this.size + difference)
    if (workers !== this.size) this.scale(workers).catch(() => {})
  }

  /** Workers know what has become of them by now, before they hear of anything else. */
  catchUp(): void {
    this.#supervisor.catchUp()
  }

  protected override shut(cut?: AbortSignal): Promise<void> {
    this.#supervisor.close('close()')
    if (cut) onAbort(cut, () => this.cut())
    return this.#gone.promise
  }

  protected override whenOver(callback: () => unknown): void {
    void this.#gone.promise.then(() => this.boundary.run('the callback of close', callback))
  }

  /** Ends what is left of a cluster that closes: `close` waits no longer. */
  cut(): void {
    const reason = 'the signal of close() was aborted'
    this.#supervisor.end(reason)
    this.#supervisor.kill(reason)
  }

  /** As `close`; and when the last worker is gone, this process ends. */
  stop(reason: string, exitCode = 0): void {
    this.#ending.ask(exitCode, reason)
    if (this.#supervisor.isGone) void this.#ending.begin()
    else this.#supervisor.close(reason)
  }

  /** @returns whether the app's shutdown code runs here: a signal says that it has ended. */
  endShutdownCode(): boolean {
    return this.#ending.endShutdownCode()
  }

  /** To be asked when the program calls `process.exit`. @returns whether that waits for the last answer. */
  holdExit(exitCode: number): boolean {
    const { isProven, isGone } = this.#supervisor
    const isHeld = this.#ending.holdExit(exitCode, isGone ? this.#ending.isAsked : isProven)
    if (isHeld) this.#supervisor.close('process.exit()')
    return isHeld
  }

  /** Ends every worker now, whatever it is doing, and this process. */
  kill(reason: string, exitCode: number): void {
    this.#supervisor.kill(reason)
    this.#ending.now(exitCode)
  }

  #onFilled(): void {
    this.#ready.resolve()
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }

  #onClosing(): void {
    this.#ending.setTime(this.#settings.drainTimeout)
    this.#ready.reject(closingError('ready'))
    for (const { reject } of this.#waiting.splice(0)) reject(closingError('scale'))
  }

  /** What the program cannot do without is not to be had: the cluster ends. */
  #fail(error: Error, exitCode = 1): void {
    if (this.state === 'closing') return
    this.#ending.ask(exitCode)
    this.#settings.logger.error('error', error.message, { code: (error as NodeJS.ErrnoException).code })
    this.#ready.reject(error)
    this.#supervisor.end('the boot failed')
  }

  #onGone(): void {
    this.#gone.resolve()
    void this.#ending.begin()
  }
}
