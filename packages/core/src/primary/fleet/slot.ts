import type { SlotFailure, SlotInfo } from '../../cluster.ts'
import type { WorkerExit } from '../../events.ts'
import { backoff, delayAfterDeath, stableAfter } from './backoff.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** A place that is kept filled with one worker. */
export class Slot {
  readonly index: number
  /** The worker that serves here. */
  worker: WorkerHandle | undefined
  /** The one that boots to fill the place, or to replace `worker`. */
  next: WorkerHandle | undefined
  /** The last worker that served here, while there is none. */
  last: WorkerHandle | undefined
  /** No boot before this time, by the fleet's clock. */
  retryAt = 0
  /** How the program has ended by itself here, if it is not to be started again. */
  finished: WorkerExit | undefined
  /** It has, once: that is what it does. */
  endsByItself = false
  /** The last that went wrong here. */
  lastFailure: SlotFailure | undefined
  /** `retryAt` in ms since the epoch: for people. */
  #nextBoot: number | undefined
  #wasFilled = false
  /** Boots that failed, in a row. */
  #failedBoots = 0
  /** Workers that were ready and died soon after, in a row. */
  #deaths = 0

  constructor(index: number) {
    this.index = index
  }

  get workers(): WorkerHandle[] {
    return [this.worker, this.next].filter((worker) => worker !== undefined)
  }

  /** Nobody serves where a worker has been, or where a boot has failed. */
  get isMissed(): boolean {
    return !this.worker?.serving && !this.isDone && (this.#wasFilled || this.#failedBoots > 0)
  }

  /** @param now by the fleet's clock. */
  info(now: number): SlotInfo {
    const { index, worker, next, lastFailure } = this
    const shown = worker?.serving ? worker : next
    const isStable = worker?.readyAt !== undefined && now - worker.readyAt >= stableAfter
    return {
      slot: index,
      state: worker?.serving ? 'ready' : next ? 'booting' : this.isDone ? 'finished' : 'empty',
      pid: shown?.pid || undefined,
      failures: this.#failedBoots || (isStable ? 0 : this.#deaths),
      nextBoot: !next && now < this.retryAt ? this.#nextBoot : undefined,
      lastFailure,
    }
  }

  /** Its worker, or the next one, is gone. */
  drop(worker: WorkerHandle): void {
    if (worker === this.next) this.next = undefined
    else this.vacate()
  }

  /** Nobody serves here until another worker is ready. */
  vacate(): void {
    this.last = this.worker
    this.worker = undefined
  }

  /**
   * That the worker is gone is a fault of its own.
   * @returns how many faults in a row that makes, and the delay (in ms) before another boot.
   */
  countFailure(worker: WorkerHandle, now: number): { failures: number; delay: number } {
    const { readyAt } = worker
    if (readyAt === undefined) this.#failedBoots++
    else {
      this.#failedBoots = 0
      this.#deaths = now - readyAt >= stableAfter ? 1 : this.#deaths + 1
    }
    const delay = readyAt === undefined ? backoff(this.#failedBoots) : delayAfterDeath(this.#deaths)
    this.retryAt = now + delay
    this.#nextBoot = Date.now() + delay
    return { failures: readyAt === undefined ? this.#failedBoots : this.#deaths, delay }
  }

  /** New code is no reason to wait out what the old has earned, or to leave be what the old has finished. */
  forgive(): void {
    this.retryAt = 0
    this.finished = undefined
  }

  finish(exit: WorkerExit): void {
    this.finished = exit
    this.endsByItself = true
  }

  /** Nothing is to be done here before somebody asks for it. */
  get isDone(): boolean {
    return this.finished !== undefined && this.workers.length === 0
  }

  /** The next worker takes the place. @returns the one that it replaces. */
  promote(): WorkerHandle | undefined {
    const old = this.worker
    this.worker = this.next
    this.#wasFilled = true
    if (this.worker) this.worker.proven = true
    this.next = this.last = this.finished = undefined
    this.#failedBoots = 0
    return old
  }
}
