import { EventEmitter } from 'node:events'
import type { AddressInfo, ListenOptions } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster, ClusterState, Vitals, WorkerInfo } from '../../cluster.ts'
import { ClusteredError } from '../../errors.ts'
import type { ClusterEvents, WorkerExit } from '../../events.ts'
import type { TransferableHandle } from '../../node-internals.ts'
import { checkWorkerCount, type Settings } from '../../settings.ts'
import type { ToPrimary } from '../../protocol/messages.ts'
import type { StallReport } from '../../protocol/watchdog.ts'
import { carryOut } from '../calls.ts'
import type { Entry } from '../entry.ts'
import { Filling } from './filling.ts'
import { Fleet } from './fleet.ts'
import { Places } from '../sockets/places.ts'
import { Lateness } from './lateness.ts'
import { recycleReason } from './recycling.ts'
import { describe, toError } from './reload.ts'
import { Rollout } from './rollout.ts'
import { Silence } from './silence.ts'
import type { Slot } from './slot.ts'
import { isDebugged, WorkerHandle } from './worker-handle.ts'

/**
 * Keeps the slots filled. Signals, messages, exits and calls only change what
 * is wanted or what is known; `#reconcile` alone acts on it.
 */
export class Supervisor extends EventEmitter<ClusterEvents> implements Cluster {
  readonly role = 'primary'
  readonly ready: Promise<void>
  readonly #settings: Settings
  readonly #places: Places
  readonly #lateness: Lateness
  readonly #silence: Silence
  readonly #fleet: Fleet
  readonly #rollout: Rollout
  readonly #filling: Filling
  #nextReload: Promise<void> | undefined
  /** A worker has been ready: from here on nothing is fatal. */
  #proven = false
  #state: ClusterState = 'booting'
  #closed: Promise<void> | undefined
  /** From the end of `shutdownDelay` on: nothing boots any more. */
  #closing: Promise<void> | undefined
  #gone!: () => void
  #settleReady!: { resolve: () => void; reject: (error: Error) => void }
  /** Who waits for every slot to be filled. */
  readonly #waiting: { resolve: () => void; reject: (error: Error) => void }[] = []
  #wakeTimer: NodeJS.Timeout | undefined

  constructor(entry: Entry, settings: Settings) {
    super()
    this.#settings = settings
    this.#fleet = new Fleet(settings, (worker, reason) => this.emit('worker:drain', worker.info, reason))
    this.#places = new Places(settings)
    this.#silence = new Silence(isDebugged(entry) ? 0 : settings.hangTimeout, () => this.#fleet.beating)
    this.#lateness = new Lateness(() => this.#updateBalance())
    this.#rollout = new Rollout(entry, this.#fleet, this)
    this.#filling = new Filling(this.#fleet, this.#rollout, settings, (slot) => this.#boot(slot))
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject }
    })
    this.ready.catch(() => {})
  }

  address(): AddressInfo | string | null {
    return this.#places.first?.address ?? null
  }

  get balance(): 'kernel' | 'round-robin' | null {
    return this.#places.first?.balancer.kind ?? null
  }

  get state(): ClusterState {
    return this.#state
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

  /** Boots the workers of a program that is not known to listen anywhere in particular. */
  start(): void {
    this.#reconcile()
  }

  /**
   * Takes the place, then boots the workers. If the place cannot be had, the
   * cluster ends: `ready` rejects, and so does this, as it may be a later
   * place than the first.
   */
  async listen(key: string, options: ListenOptions): Promise<void> {
    try {
      await this.#places.require(key, options)
      this.#reconcile()
    } catch (error) {
      this.#fail(error as Error)
      throw error
    }
  }

  reload(): Promise<void> {
    if (this.#state === 'closing') return Promise.reject(closingError('reload'))
    if (this.#rollout.reload || !this.#proven)
      return (this.#nextReload ??= (this.#rollout.reload?.promise ?? this.ready)
        .catch(() => {})
        .then(() => {
          this.#nextReload = undefined
          return this.reload()
        }))
    const { promise } = this.#rollout.begin()
    this.#reconcile()
    return promise
  }

  async scale(workers: number): Promise<void> {
    if (this.#state === 'closing') throw closingError('scale')
    this.#fleet.resize(checkWorkerCount(workers, 'scale', workers, 1), 'scaled away')
    this.emit('scale', workers)
    this.#reconcile()
    if (!this.#fleet.isFilled)
      await new Promise<void>((resolve, reject) => this.#waiting.push({ resolve, reject }))
  }

  /** One worker more, or fewer, but never none. */
  scaleBy(difference: number): void {
    const now = this.#fleet.slots.length
    const workers = Math.max(1, now + difference)
    if (workers !== now) this.scale(workers).catch(() => {})
  }

  close(reason = 'close()'): Promise<void> {
    return (this.#closed ??= this.#close(reason))
  }

  async #close(reason: string): Promise<void> {
    if (this.#closing) return this.#closing
    this.#state = 'closing'
    this.emit('close', reason)
    this.#refuseCalls()
    this.#fleet.tellWorkers(this.#state)
    // What has never served is in no load balancer.
    if (this.#proven && this.#settings.shutdownDelay > 0) await sleep(this.#settings.shutdownDelay)
    return this.#closing ?? this.#end(reason)
  }

  #refuseCalls(): void {
    this.#rollout.abort(closingError('reload'))
    for (const { reject } of this.#waiting.splice(0)) reject(closingError('scale'))
  }

  #end(reason: string): Promise<void> {
    this.#state = 'closing'
    this.#closing = new Promise((resolve) => {
      this.#gone = resolve
    })
    this.#refuseCalls()
    this.#places.close()
    this.#fleet.close(reason)
    this.#reconcile()
    return this.#closing
  }

  /** Ends every worker now, whatever it is doing. */
  kill(reason: string): void {
    for (const worker of this.#fleet.workers) worker.kill(reason)
  }

  /** Compares what is wanted with what is there, and takes the next steps. */
  #reconcile(): void {
    clearTimeout(this.#wakeTimer)
    if (this.#closing) {
      if (this.#fleet.workers.length === 0) this.#gone()
      return
    }
    // One time for both: a deadline that passes in between would be missed by both.
    const now = Date.now()
    this.#filling.advance(now, this.#proven)
    this.#updateBalance()
    if (this.#fleet.isFilled) this.#onFilled()
    this.#rollout.finish()
    this.#filling.advanceSpares(now)
    this.#fleet.tellWorkers(this.#state)
    const next = this.#filling.nextDeadline(now)
    if (next < Infinity) this.#wakeTimer = setTimeout(() => this.#reconcile(), next - now)
  }

  #boot(slot: Slot): void {
    const worker = new WorkerHandle(slot.index, this.#rollout.release, this.#settings, {
      message: (from, message, handle) => this.#onMessage(from, message, handle),
      exit: (gone, exit) => this.#onExit(gone, exit),
      stall: (stuck, stall) => this.#onStall(stuck, stall),
    })
    slot.next = worker
    this.emit('worker:boot', worker.info)
  }

  #onMessage(worker: WorkerHandle, message: ToPrimary, handle: TransferableHandle | undefined): void {
    switch (message.type) {
      case 'listen':
        return void this.#places.share(worker, message)
      case 'listening':
        worker.listening.add(message.key)
        return this.#onListening(worker)
      case 'closed':
        worker.listening.delete(message.key)
        return this.#reconcile()
      case 'answer':
        return this.#places.onAnswer(worker, message)
      case 'room':
        return this.#places.onRoom(worker, message)
      case 'adopt':
        return this.#places.adopt(message.key, handle!)
      case 'beat':
        this.#silence.break(worker)
        return this.#lateness.beat(worker, message.busy)
      case 'vitals':
        return this.#onVitals(worker, message.vitals)
      case 'crash':
        return this.#onCrash(worker, message.contained)
      case 'problem':
        return void this.emit('worker:problem', worker.info, message.problem)
      case 'signal':
        return this.#onWorkerSignal(worker, message.signal)
      case 'call':
        return void carryOut(this, worker, message)
    }
  }

  #onListening(worker: WorkerHandle): void {
    if (worker.state === 'booting' && this.#places.isComplete(worker)) {
      worker.becomeReady()
      this.#lateness.beat(worker, false)
      this.#proven = true
      this.emit('worker:ready', worker.info, worker.readyAt - worker.startedAt)
      this.#reconcile()
    } else this.#updateBalance()
  }

  #onExit(worker: WorkerHandle, exit: WorkerExit): void {
    this.#lateness.forget(worker)
    this.#silence.forget(worker)
    this.#places.onExit(worker)
    this.emit('worker:exit', worker.info, exit)
    const slot = this.#fleet.remove(worker)
    if (slot) this.#onLoss(slot, worker, exit)
    this.#reconcile()
  }

  /** A worker left that was not told to. */
  #onLoss(slot: Slot, worker: WorkerHandle, exit: WorkerExit): void {
    const wasNext = worker === slot.next
    slot.drop(worker)
    if (!this.#proven) return this.#fail(bootFailed(exit))
    if (!wasNext) this.#fleet.fillWithSpare(slot)
    if (wasNext && this.#rollout.fails(worker, exit)) return
    const delay = slot.countFailure(worker)
    if (delay > 0 && !slot.worker) this.emit('slot:backoff', slot.index, slot.failures, delay)
  }

  #onStall(worker: WorkerHandle, stall: StallReport): void {
    this.emit(`worker:${stall.kind}`, worker.info, stall)
    if (stall.kind === 'hung') worker.kill(`hung for ${stall.stalledFor} ms`)
  }

  #onVitals(worker: WorkerHandle, vitals: Vitals): void {
    worker.vitals = vitals
    if (worker.replaceFor || !worker.serving) return
    worker.replaceFor = recycleReason(worker, this.#settings, Date.now())
    if (worker.replaceFor) this.#reconcile()
  }

  /** It lives on to answer what it has; its place is free at once. */
  #onCrash(worker: WorkerHandle, contained: boolean): void {
    if (!contained) return
    if (worker.state === 'booting') return worker.kill('it crashed before it was ready')
    if (!worker.serving) return
    const slot = this.#fleet.slotOf(worker)
    this.#fleet.drain(worker, 'crash')
    if (slot)
      this.#onLoss(slot, worker, { reason: 'crash', code: null, signal: null, lastWords: worker.lastWords })
    this.#reconcile()
  }

  #onWorkerSignal(worker: WorkerHandle, signal: string): void {
    // Asked twice: not waiting for the replacement is what is asked for.
    if (worker.replaceFor && worker.serving) this.#drainUnreplaced(worker, signal)
    // Ctrl-C reaches every process at once: the primary's own may be on its way.
    setTimeout(() => {
      if (this.#state === 'closing') return
      worker.replaceFor ??= signal
      this.#reconcile()
    }, groupSignalDelay)
  }

  #drainUnreplaced(worker: WorkerHandle, reason: string): void {
    const slot = this.#fleet.slotOf(worker)
    if (slot?.worker !== worker) return
    slot.worker = undefined
    this.#fleet.drain(worker, reason)
    this.#reconcile()
  }

  /** The cluster has never served: it ends. */
  #fail(error: Error): void {
    this.#settleReady.reject(error)
    void this.#end('the boot failed')
  }

  #onFilled(): void {
    if (this.#state === 'booting') this.#state = 'ready'
    this.#settleReady.resolve()
    for (const { resolve } of this.#waiting.splice(0)) resolve()
  }

  #updateBalance(): void {
    if (this.#closing) return
    this.#places.update(this.#fleet.serving, this.#fleet.slots.length)
  }
}

/** How long (in ms) a signal to a worker waits for the same signal to the primary. */
const groupSignalDelay = 100

function closingError(call: string): ClusteredError {
  return new ClusteredError('ERR_CLUSTERED_CLOSING', `${call}: the cluster is closing.`)
}

function bootFailed(exit: WorkerExit): ClusteredError {
  return new ClusteredError(
    'ERR_CLUSTERED_BOOT_FAILED',
    `The first worker did not come up: ${describe(exit)}`,
    {
      cause: toError(exit.lastWords),
    },
  )
}
