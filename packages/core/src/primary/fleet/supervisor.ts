import { EventEmitter } from 'node:events'
import type { AddressInfo, ListenOptions } from 'node:net'
import type { Cluster, ClusterState, WorkerInfo } from '../../cluster.ts'
import { type Deferred, deferred } from '../../deferred.ts'
import { ClusteredError } from '../../errors.ts'
import type { ClusterEvents, WorkerExit } from '../../events.ts'
import { checkWorkerCount, type Settings } from '../../settings.ts'
import type { Boundary } from '../boundary.ts'
import { carryOut } from '../calls.ts'
import type { Entry } from '../entry.ts'
import { isDebugged } from '../process/node-arguments.ts'
import type { System } from '../process/system.ts'
import type { Sockets } from '../sockets/sockets.ts'
import { Fleet } from './fleet.ts'
import { describe, toError } from './reload.ts'
import { Rollout } from './rollout.ts'
import type { Slot } from './slot.ts'
import { SlotFiller } from './slot-filler.ts'
import { Steps } from './steps.ts'
import { WorkerHandle } from './worker-handle.ts'
import { WorkerWatch } from './worker-watch.ts'

/** Where the cluster is in its life, and what that is to others. It only ever moves on. */
const phases = {
  /** No worker has ever been ready: what fails ends the cluster. */
  proving: 'booting',
  /** One has. From here on nothing that fails is fatal. */
  booting: 'booting',
  serving: 'ready',
  /** Told to close, and serving on for `shutdownDelay`. */
  delaying: 'closing',
  /** Nothing boots any more. */
  draining: 'closing',
  gone: 'closing',
} as const satisfies Record<string, ClusterState>

/** What it is made of. The model test brings its own system and sockets. */
export interface SupervisorParts {
  entry: Pick<Entry, 'release' | 'execArgv'>
  settings: Settings
  system: System
  sockets: Sockets
  boundary: Boundary
}

/**
 * Keeps the slots filled. Signals, messages, exits and calls only change what
 * is wanted or what is known, each as one step; `#reconcile` alone acts on it.
 */
export class Supervisor extends EventEmitter<ClusterEvents> implements Cluster {
  readonly role = 'primary'
  readonly #settings: Settings
  readonly #system: System
  readonly #sockets: Sockets
  /** Runs the user's code of this process. */
  readonly boundary: Boundary
  readonly #steps = new Steps()
  readonly #fleet: Fleet
  readonly #rollout: Rollout
  readonly #filler: SlotFiller
  readonly #watch: WorkerWatch
  readonly #ready: Deferred = deferred()
  readonly #gone: Deferred = deferred()
  /** Who waits for every slot to be filled. */
  readonly #waiting: Deferred[] = []
  #nextReload: Promise<void> | undefined
  #phase: keyof typeof phases = 'proving'
  /** With what this process ends once the last worker is gone, if it does. */
  #exitCode: number | undefined
  #cancelWake = (): void => {}

  constructor({ entry, settings, system, sockets, boundary }: SupervisorParts) {
    super()
    this.#settings = settings
    this.#system = system
    this.#sockets = sockets
    this.boundary = boundary
    const fleet = new Fleet(settings, (worker, reason) => this.emit('worker:drain', worker.info, reason))
    this.#fleet = fleet
    const rollout = new Rollout(entry, fleet, this)
    this.#rollout = rollout
    this.#filler = new SlotFiller(fleet, rollout, settings, (slot) => this.#boot(slot))
    this.#watch = new WorkerWatch({
      fleet,
      rollout,
      sockets,
      settings,
      clock: system.clock,
      events: this,
      hangTimeout: isDebugged(entry) ? 0 : settings.hangTimeout,
      step: (step) => this.#steps.run(step),
      reconcile: () => this.#reconcile(),
      updateBalance: () => this.#updateBalance(),
      onReady: (worker) => this.#onReady(worker),
      endsCluster: (exit) => this.#endsCluster(exit),
      call: (worker, message) => void carryOut(this, worker, message),
    })
  }

  get ready(): Promise<void> {
    return this.#ready.promise
  }

  address(): AddressInfo | string | null {
    return this.#sockets.first?.address ?? null
  }

  get balance(): 'kernel' | 'round-robin' | null {
    return this.#sockets.first?.balancer.kind ?? null
  }

  get state(): ClusterState {
    return phases[this.#phase]
  }

  /** How many workers are wanted. */
  get slots(): number {
    return this.#fleet.slots.length
  }

  /** What a worker that boots now runs. */
  get generation(): number {
    return this.#rollout.release.generation
  }

  get workers(): WorkerInfo[] {
    return this.#fleet.info
  }

  /** Events reach listeners when the step that caused them is over; one that throws disturbs nobody. */
  override emit<Name>(
    event: Name | keyof ClusterEvents,
    ...args: Name extends keyof ClusterEvents ? ClusterEvents[Name] : never
  ): boolean {
    this.#steps.afterwards(() => {
      for (const listener of this.rawListeners(event))
        this.boundary.run(`a listener of '${String(event)}'`, () => Reflect.apply(listener, this, args))
    })
    return this.listenerCount(event) > 0
  }

  /** Boots the workers of a program that is not known to listen anywhere in particular. */
  start(): void {
    this.#steps.run(() => this.#reconcile())
  }

  /**
   * Takes the place, then boots the workers. If the place cannot be had, this
   * rejects; and if the cluster does not serve yet, it ends.
   */
  async listen(key: string, options: ListenOptions): Promise<void> {
    try {
      await this.#sockets.require(key, options)
      this.#steps.run(() => this.#reconcile())
    } catch (error) {
      if (this.state === 'booting') this.#fail(error as Error)
      else this.#settings.logger.error((error as Error).message)
      throw error
    }
  }

  reload(): Promise<void> {
    if (this.state === 'closing') return Promise.reject(closingError('reload'))
    const { reload } = this.#rollout
    if (!reload && this.#phase !== 'proving') return this.#steps.run(() => this.#beginReload())
    const again = (): Promise<void> => {
      this.#nextReload = undefined
      return this.reload()
    }
    return (this.#nextReload ??= (reload?.promise ?? this.ready).catch(() => {}).then(again))
  }

  #beginReload(): Promise<void> {
    const { promise } = this.#rollout.begin()
    this.#reconcile()
    return promise
  }

  async scale(workers: number): Promise<void> {
    checkWorkerCount(workers, 'scale', workers, 1)
    if (this.state === 'closing') throw closingError('scale')
    const filled = deferred()
    this.#waiting.push(filled)
    this.#steps.run(() => {
      this.#fleet.resize(workers, 'scaled away')
      this.emit('scale', workers)
      this.#reconcile()
    })
    return filled.promise
  }

  /** One worker more, or fewer, but never none. */
  scaleBy(difference: number): void {
    const workers = Math.max(1, this.slots + difference)
    if (workers !== this.slots) this.scale(workers).catch(() => {})
  }

  close(reason = 'close()'): Promise<void> {
    if (this.state !== 'closing') this.#steps.run(() => this.#beginToClose(reason))
    return this.#gone.promise
  }

  /** As `close`; and when the last worker is gone, this process ends. */
  stop(reason: string, exitCode = 0): void {
    this.#exitCode ??= exitCode
    void this.close(reason)
    if (this.#phase === 'gone') this.#exit()
  }

  /** Ends every worker now, whatever it is doing, and this process. */
  kill(reason: string, exitCode: number): void {
    for (const worker of this.#fleet.workers) worker.kill(reason)
    this.#system.exit(exitCode)
  }

  #beginToClose(reason: string): void {
    // What has never served is in no load balancer.
    const delay = this.#phase === 'proving' ? 0 : this.#settings.shutdownDelay
    this.#phase = 'delaying'
    this.emit('close', reason)
    this.#refuseCalls()
    this.#fleet.tellWorkers(this.state)
    if (delay > 0) this.#system.clock.after(delay, () => this.#steps.run(() => this.#end(reason)))
    else this.#end(reason)
  }

  #refuseCalls(): void {
    this.#ready.reject(closingError('ready'))
    this.#rollout.abort(closingError('reload'))
    for (const { reject } of this.#waiting.splice(0)) reject(closingError('scale'))
  }

  #end(reason: string): void {
    if (this.#phase === 'draining' || this.#phase === 'gone') return
    this.#phase = 'draining'
    this.#refuseCalls()
    this.#sockets.close()
    this.#fleet.close(reason)
    this.#reconcile()
  }

  /** Compares what is wanted with what is there, and takes the next steps. */
  #reconcile(): void {
    this.#cancelWake()
    if (this.#phase === 'draining') return this.#fleet.workers.length === 0 ? this.#leave() : undefined
    if (this.#phase === 'gone') return
    // One time for both: a deadline that passes in between would be missed by both.
    const now = this.#system.clock.now()
    this.#filler.advance(now, this.#phase !== 'proving')
    this.#updateBalance()
    if (this.#fleet.isFilled) this.#onFilled()
    this.#rollout.finish()
    this.#filler.advanceSpares(now)
    this.#fleet.tellWorkers(this.state)
    const next = this.#filler.nextDeadline(now)
    if (next < Infinity)
      this.#cancelWake = this.#system.clock.after(next - now, () => this.#steps.run(() => this.#reconcile()))
  }

  /** The user's `env` has its say once the step is over. */
  #boot(slot: Slot): void {
    const worker = new WorkerHandle(slot.index, this.#rollout.release, this.#system, this.#watch)
    slot.next = worker
    this.#steps.afterwards(() => {
      worker.start(this.#settings)
      if (worker.state === 'booting') this.emit('worker:boot', worker.info)
    })
  }

  #onReady(worker: WorkerHandle): void {
    if (this.#phase === 'proving') this.#phase = 'booting'
    this.emit('worker:ready', worker.info, Math.round(worker.readyAt! - worker.bornAt))
    this.#reconcile()
  }

  #onFilled(): void {
    if (this.#phase === 'booting') this.#phase = 'serving'
    this.#ready.resolve()
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }

  #endsCluster(exit: WorkerExit): boolean {
    if (this.#phase !== 'proving') return false
    this.#fail(bootFailed(exit))
    return true
  }

  /** The cluster has never served: it ends. */
  #fail(error: Error): void {
    if (this.state === 'closing') return
    this.#exitCode ??= 1
    this.#settings.logger.error(error.message)
    this.#steps.run(() => {
      this.#ready.reject(error)
      this.#end('the boot failed')
    })
  }

  #leave(): void {
    this.#phase = 'gone'
    this.#watch.stop()
    this.#gone.resolve()
    this.#exit()
  }

  /** After the turn in which those who waited are told. */
  #exit(): void {
    const code = this.#exitCode
    if (code !== undefined) this.#system.clock.after(0, () => this.#system.exit(code))
  }

  #updateBalance(): void {
    if (this.#phase !== 'draining' && this.#phase !== 'gone')
      this.#sockets.update(this.#fleet.serving, this.#fleet.slots.length)
  }
}

function closingError(call: string): ClusteredError {
  return new ClusteredError('ERR_CLUSTERED_CLOSING', `${call}: the cluster is closing.`)
}

function bootFailed(exit: WorkerExit): ClusteredError {
  return new ClusteredError(
    'ERR_CLUSTERED_BOOT_FAILED',
    `The first worker did not come up: ${describe(exit)}`,
    { cause: toError(exit.lastWords) },
  )
}
