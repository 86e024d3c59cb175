import type { Clock } from '../../running-clock.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** How often (in ms) workers are looked at. */
const interval = 1000

/** How much longer (in ms) than a hang the silence lasts, so that a watchdog can explain it first. */
const margin = 2000

/**
 * Ends workers that have been silent for too long, whatever the reason: one
 * that was stopped, or stands in a native call, cannot say so itself. The
 * clock knows only time in which this process ran: if the machine was
 * suspended, or the primary was, that is nobody's silence.
 */
export class Silence {
  readonly #hangTimeout: () => number
  readonly #clock: Clock
  readonly #heardAt = new Map<WorkerHandle, number>()
  /** Calls off the next look, if there is to be one. */
  #cancel: (() => void) | undefined

  /** @param hangTimeout milliseconds; 0 for never. It can change. */
  constructor(hangTimeout: () => number, clock: Clock) {
    this.#hangTimeout = hangTimeout
    this.#clock = clock
  }

  break(worker: WorkerHandle): void {
    this.#heardAt.set(worker, this.#clock.now())
    if (this.#hangTimeout() > 0 && !this.#cancel) this.#lookLater()
  }

  forget(worker: WorkerHandle): void {
    this.#heardAt.delete(worker)
    if (this.#heardAt.size > 0) return
    this.#cancel?.()
    this.#cancel = undefined
  }

  #lookLater(): void {
    this.#cancel = this.#clock.after(interval, () => this.#look())
  }

  #look(): void {
    this.#cancel = undefined
    if (this.#heardAt.size > 0) this.#lookLater()
    const hangTimeout = this.#hangTimeout()
    if (hangTimeout === 0) return
    const now = this.#clock.now()
    for (const [worker, heardAt] of this.#heardAt) {
      const silentFor = now - heardAt
      if (silentFor >= hangTimeout + margin) worker.kill(`hung: no heartbeat for ${Math.round(silentFor)} ms`)
    }
  }
}
