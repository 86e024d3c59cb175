import type { WorkerHandle } from './worker-handle.ts'

/** How often (in ms) workers are looked at. */
const interval = 1000

/** How much longer (in ms) than a hang the silence lasts, so that a watchdog can explain it first. */
const margin = 2000

/**
 * Ends workers that have been silent for too long, whatever the reason: one
 * that was stopped, or stands in a native call, cannot say so itself.
 */
export class Silence {
  readonly #silentFor = new Map<WorkerHandle, number>()

  /** @param hangTimeout milliseconds; 0 for never. */
  constructor(hangTimeout: number, workers: () => readonly WorkerHandle[]) {
    if (hangTimeout === 0) return
    let lastLook = performance.now()
    setInterval(() => {
      const now = performance.now()
      const elapsed = now - lastLook
      lastLook = now
      // A machine that was suspended, or a primary that was: nobody's silence.
      if (elapsed > 2 * interval) return
      for (const worker of workers()) {
        const silentFor = (this.#silentFor.get(worker) ?? 0) + elapsed
        this.#silentFor.set(worker, silentFor)
        if (silentFor >= hangTimeout + margin)
          worker.kill(`hung: no heartbeat for ${Math.round(silentFor)} ms`)
      }
    }, interval).unref()
  }

  break(worker: WorkerHandle): void {
    this.#silentFor.set(worker, 0)
  }

  forget(worker: WorkerHandle): void {
    this.#silentFor.delete(worker)
  }
}
