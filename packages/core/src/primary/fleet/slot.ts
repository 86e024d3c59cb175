import { backoff, stableAfter } from './backoff.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** A place that is kept filled with one worker. */
export class Slot {
  readonly index: number
  /** The worker that serves here. */
  worker: WorkerHandle | undefined
  /** The one that boots to fill the place, or to replace `worker`. */
  next: WorkerHandle | undefined
  /** Failed boots, and crashes soon after one, in a row. */
  failures = 0
  /** No boot before this time, in ms since the epoch. */
  retryAt = 0

  constructor(index: number) {
    this.index = index
  }

  get workers(): WorkerHandle[] {
    return [this.worker, this.next].filter((worker) => worker !== undefined)
  }

  /** Its worker, or the next one, is gone. */
  drop(worker: WorkerHandle): void {
    if (worker === this.next) this.next = undefined
    else this.worker = undefined
  }

  /**
   * That the worker is gone is a fault of its own.
   * @returns the delay before another boot, in ms.
   */
  countFailure(worker: WorkerHandle): number {
    const wasReady = worker.readyAt > 0
    if (wasReady && Date.now() - worker.readyAt >= stableAfter) this.failures = 0
    // A crash is answered at once; a boot that failed would fail again at once.
    const delay = backoff(wasReady ? this.failures : this.failures + 1)
    this.failures++
    this.retryAt = Date.now() + delay
    return delay
  }

  /** The next worker takes the place. @returns the one that it replaces. */
  promote(): WorkerHandle | undefined {
    const old = this.worker
    this.worker = this.next
    this.next = undefined
    return old
  }
}
