import { EventEmitter } from 'node:events'
import type { AddressInfo, ListenOptions } from 'node:net'
import type { Cluster, WorkerInfo } from '../cluster.ts'
import { ClusteredError } from '../errors.ts'
import type { ClusterEvents, WorkerExit } from '../events.ts'
import { checkWorkerCount, type Settings } from '../options.ts'
import type { ToPrimary } from '../protocol/messages.ts'
import { Entry, type Release } from './entry.ts'
import { Listeners } from './listeners.ts'
import { Punctuality } from './punctuality.ts'
import { carryOut } from './calls.ts'
import { describe, Reload, toError } from './reload.ts'
import { Slot } from './slot.ts'
import { WorkerHandle } from './worker-handle.ts'

/**
 * Keeps the slots filled. Signals, messages, exits and calls only change what
 * is wanted or what is known; `#reconcile` alone acts on it.
 */
export class Supervisor extends EventEmitter<ClusterEvents> implements Cluster {
  readonly role = 'primary'
  readonly ready: Promise<void>
  readonly #settings: Settings
  readonly #entry = new Entry()
  readonly #listeners: Listeners
  readonly #punctuality: Punctuality
  readonly #slots: Slot[] = []
  readonly #draining = new Set<WorkerHandle>()
  #wanted: number
  /** What a worker that boots now runs. */
  #release: Release
  #generation = 1
  #reload: Reload | undefined
  #nextReload: Promise<void> | undefined
  /** A worker has been ready: from here on nothing is fatal. */
  #proven = false
  #closing: Promise<void> | undefined
  #gone!: () => void
  #settleReady!: { resolve: () => void; reject: (error: Error) => void }
  /** Who waits for every slot to be filled. */
  readonly #waiting: (() => void)[] = []
  #wakeTimer: NodeJS.Timeout | undefined

  /** @throws {ClusteredError} ERR_CLUSTERED_NO_ENTRY */
  constructor(settings: Settings) {
    super()
    this.#settings = settings
    this.#wanted = settings.workers
    this.#listeners = new Listeners(settings)
    this.#punctuality = new Punctuality(() => this.#updateBalance())
    this.#release = this.#entry.release(this.#generation)
    this.ready = new Promise((resolve, reject) => {
      this.#settleReady = { resolve, reject }
    })
    this.ready.catch(() => {})
  }

  address(): AddressInfo | string | null {
    return this.#listeners.first?.address ?? null
  }

  get balance(): 'kernel' | 'round-robin' | null {
    return this.#listeners.first?.balancer.kind ?? null
  }

  get workers(): WorkerInfo[] {
    return this.#all().map((worker) => worker.info)
  }

  /** Takes the place, then boots the workers. Fails `ready` if the place cannot be had. */
  async listen(key: string, options: ListenOptions): Promise<void> {
    try {
      await this.#listeners.require(key, options)
      this.#reconcile()
    } catch (error) {
      this.#fail(error as Error)
    }
  }

  reload(): Promise<void> {
    if (this.#closing) return Promise.reject(closingError('reload'))
    if (this.#reload || !this.#proven)
      return (this.#nextReload ??= (this.#reload?.promise ?? this.ready)
        .catch(() => {})
        .then(() => {
          this.#nextReload = undefined
          return this.reload()
        }))
    const previous = this.#release
    this.#release = this.#entry.release(++this.#generation)
    this.#reload = new Reload(this.#release, previous)
    for (const slot of this.#slots) slot.retryAt = 0
    this.emit('reload:start', this.#generation)
    const { promise } = this.#reload
    this.#reconcile()
    return promise
  }

  async scale(workers: number): Promise<void> {
    if (this.#closing) throw closingError('scale')
    this.#wanted = checkWorkerCount(workers, 'scale', workers, 1)
    this.emit('scale', workers)
    this.#reconcile()
    if (!this.#isFilled()) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  /** One worker more, or fewer, but never none. */
  scaleBy(difference: number): void {
    const workers = Math.max(1, this.#wanted + difference)
    if (workers !== this.#wanted && !this.#closing) this.scale(workers).catch(() => {})
  }

  close(reason = 'close()'): Promise<void> {
    if (this.#closing) return this.#closing
    this.emit('close', reason)
    return this.#end(reason)
  }

  #end(reason: string): Promise<void> {
    this.#closing = new Promise((resolve) => {
      this.#gone = resolve
    })
    this.#reload?.abort(closingError('reload'))
    this.#reload = undefined
    this.#listeners.close()
    for (const slot of this.#slots.splice(0)) this.#retire(slot, reason)
    this.#reconcile()
    return this.#closing
  }

  /** Ends every worker now, whatever it is doing. */
  kill(reason: string): void {
    for (const worker of this.#all()) worker.kill(reason)
  }

  #all(): WorkerHandle[] {
    return [...this.#slots.flatMap((slot) => slot.workers), ...this.#draining]
  }

  /** Compares what is wanted with what is there, and takes the next steps. */
  #reconcile(): void {
    clearTimeout(this.#wakeTimer)
    if (this.#closing) {
      if (this.#all().length === 0) this.#gone()
      return
    }
    while (this.#slots.length < this.#wanted) this.#slots.push(new Slot(this.#slots.length))
    for (const slot of this.#slots.splice(this.#wanted)) this.#retire(slot, 'scaled away')
    for (const slot of this.#slots) this.#fill(slot)
    this.#updateBalance()
    if (this.#isFilled()) this.#onFilled()
    this.#finishReload()
    this.#wakeAtNextDeadline()
  }

  #fill(slot: Slot): void {
    const { worker, next } = slot
    if (next) {
      if (next.serving && (!worker || Date.now() >= this.#soakedAt(next))) this.#drain(slot.promote(), worker?.replaceFor ?? 'reload')
    } else if (Date.now() >= slot.retryAt && (worker ? this.#mayReplace(worker) : this.#mayBoot(slot))) {
      this.#boot(slot)
    }
  }

  /** The first worker boots alone: if the app is broken, it fails once and not once per slot. */
  #mayBoot(slot: Slot): boolean {
    return this.#proven || slot.index === 0
  }

  #mayReplace(worker: WorkerHandle): boolean {
    if (!this.#isStale(worker) && !worker.replaceFor) return false
    const surging = this.#slots.filter((slot) => slot.worker && slot.next).length
    return surging < this.#settings.surge && this.#draining.size < this.#slots.length
  }

  #isStale(worker: WorkerHandle): boolean {
    return this.#reload !== undefined && worker.release !== this.#reload.release
  }

  /** Only a reload brings code that has yet to show that it stays up. */
  #soakedAt(next: WorkerHandle): number {
    return next.readyAt + (this.#reload ? this.#settings.soak : 0)
  }

  #boot(slot: Slot): void {
    const worker = new WorkerHandle(slot.index, this.#release, this.#settings, {
      message: (from, message) => this.#onMessage(from, message),
      exit: (gone, exit) => this.#onExit(gone, exit),
    })
    slot.next = worker
    this.emit('worker:boot', worker.info)
    this.#tellWorkers()
  }

  #drain(worker: WorkerHandle | undefined, reason: string): void {
    if (!worker) return
    this.#draining.add(worker)
    worker.drain(this.#settings.drainTimeout)
    this.emit('worker:drain', worker.info, reason)
    this.#tellWorkers()
  }

  #retire(slot: Slot, reason: string): void {
    this.#drain(slot.worker, reason)
    this.#abandon(slot, reason)
  }

  #onMessage(worker: WorkerHandle, message: ToPrimary): void {
    switch (message.type) {
      case 'listen':
        return void this.#listeners.share(worker, message)
      case 'listening':
        worker.listening.add(message.key)
        return this.#onListening(worker)
      case 'closed':
        worker.listening.delete(message.key)
        return this.#updateBalance()
      case 'answer':
        return this.#listeners.onAnswer(worker, message.connection, message.accepted)
      case 'beat':
        return this.#punctuality.beat(worker, message.busy)
      case 'crash':
        return this.#onCrash(worker, message.contained)
      case 'signal':
        return this.#onWorkerSignal(worker, message.signal)
      case 'call':
        return void carryOut(this, worker, message)
    }
  }

  #onListening(worker: WorkerHandle): void {
    if (worker.state === 'booting' && this.#listeners.isComplete(worker)) {
      worker.becomeReady()
      this.#proven = true
      this.emit('worker:ready', worker.info, worker.readyAt - worker.startedAt)
      this.#tellWorkers()
      this.#reconcile()
    } else this.#updateBalance()
  }

  #onExit(worker: WorkerHandle, exit: WorkerExit): void {
    this.#draining.delete(worker)
    this.#punctuality.forget(worker)
    this.#listeners.onExit(worker)
    this.emit('worker:exit', worker.info, exit)
    const slot = this.#slots.find(({ workers }) => workers.includes(worker))
    if (slot) this.#onLoss(slot, worker, exit)
    this.#tellWorkers()
    this.#reconcile()
  }

  /** A worker left that was not told to. */
  #onLoss(slot: Slot, worker: WorkerHandle, exit: WorkerExit): void {
    const wasNext = worker === slot.next
    const delay = slot.lose(worker)
    if (!this.#proven) return this.#fail(bootFailed(exit))
    if (wasNext && this.#reload?.release === worker.release) return this.#failReload(worker, exit)
    if (delay > 0) this.emit('slot:backoff', slot.index, slot.failures, delay)
  }

  /** It lives on to answer what it has; its place is free at once. */
  #onCrash(worker: WorkerHandle, contained: boolean): void {
    if (!contained) return
    if (worker.state === 'booting') return worker.kill('it crashed before it was ready')
    if (!worker.serving) return
    const slot = this.#slots.find(({ workers }) => workers.includes(worker))
    this.#drain(worker, 'crash')
    if (slot) this.#onLoss(slot, worker, { reason: 'crash', code: null, signal: null, lastWords: worker.lastWords })
    this.#reconcile()
  }

  #onWorkerSignal(worker: WorkerHandle, signal: string): void {
    // Asked twice: not waiting for the replacement is what is asked for.
    if (worker.replaceFor && worker.serving) this.#drainUnreplaced(worker, signal)
    // Ctrl-C reaches every process at once: the primary's own may be on its way.
    setTimeout(() => {
      worker.replaceFor ??= signal
      this.#reconcile()
    }, groupSignalDelay)
  }

  #drainUnreplaced(worker: WorkerHandle, reason: string): void {
    const slot = this.#slots.find((candidate) => candidate.worker === worker)
    if (!slot) return
    slot.worker = undefined
    this.#drain(worker, reason)
    this.#reconcile()
  }

  /** The new workers go; the old ones have never stopped. */
  #failReload(worker: WorkerHandle, exit: WorkerExit): void {
    const reload = this.#reload!
    const goBack = !reload.failure && reload.canGoBack
    reload.failure ??= { worker, exit }
    for (const slot of this.#slots)
      if (slot.worker && slot.next?.release === reload.release) this.#abandon(slot, 'reload failed')
    if (goBack) reload.release = this.#release = reload.previous
    else this.#endReload(reload)
  }

  /** Its next worker goes, whether it boots or soaks. */
  #abandon(slot: Slot, reason: string): void {
    const { next } = slot
    slot.next = undefined
    if (next?.serving) this.#drain(next, reason)
    else if (next) {
      // It has no request to finish.
      this.#draining.add(next)
      next.kill(reason)
    }
  }

  #finishReload(): void {
    const reload = this.#reload
    if (reload && this.#isFilled() && !this.#slots.some(({ worker, next }) => next || this.#isStale(worker!)))
      this.#endReload(reload)
  }

  #endReload(reload: Reload): void {
    this.#reload = undefined
    if (!reload.failure) {
      reload.succeed()
      this.emit('reload:done', reload.release.generation)
      return
    }
    const generations = this.#slots.flatMap(({ worker }) => worker?.release.generation ?? [])
    this.emit('reload:failed', reload.attempted.generation, reload.fail(generations))
  }

  /** The cluster has never served: it ends. */
  #fail(error: Error): void {
    this.#settleReady.reject(error)
    void this.#end('the first boot failed')
  }

  #isFilled(): boolean {
    return this.#slots.length === this.#wanted && this.#slots.every(({ worker }) => worker?.serving)
  }

  #onFilled(): void {
    this.#settleReady.resolve()
    for (const resolve of this.#waiting.splice(0)) resolve()
  }

  #updateBalance(): void {
    if (this.#closing) return
    this.#listeners.update(this.#all().filter((worker) => worker.serving), this.#wanted)
  }

  #tellWorkers(): void {
    const { workers } = this
    for (const worker of this.#all()) if (worker.serving) worker.send({ type: 'workers', workers })
  }

  /** Nothing happens at the end of a soak or a backoff, so it must be looked for. */
  #wakeAtNextDeadline(): void {
    const now = Date.now()
    const deadlines = this.#slots.flatMap(({ worker, next, retryAt }) => {
      if (next) return next.serving && worker ? [this.#soakedAt(next)] : []
      return [retryAt]
    })
    const soonest = Math.min(...deadlines.filter((deadline) => deadline > now))
    if (soonest < Infinity) this.#wakeTimer = setTimeout(() => this.#reconcile(), soonest - now)
  }
}

/** How long (in ms) a signal to a worker waits for the same signal to the primary. */
const groupSignalDelay = 100

function closingError(call: string): ClusteredError {
  return new ClusteredError('ERR_CLUSTERED_CLOSING', `${call}: the cluster is closing.`)
}

function bootFailed(exit: WorkerExit): ClusteredError {
  return new ClusteredError('ERR_CLUSTERED_BOOT_FAILED', `The first worker did not come up: ${describe(exit)}`, {
    cause: toError(exit.lastWords),
  })
}
