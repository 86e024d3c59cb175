import { beats } from '../../protocol/messages.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'

/**
 * How long (in ms) a connection that was handed to a worker counts there before the worker counts it itself: with
 * the second beat after it came.
 */
const settleTime = 2 * beats.accepting.every

/** How far back (in ms) the utilization of a loop is looked at: one long request is no trend. */
const window = 150

interface Load {
  /** Connections that the worker has and keeps, as it last said, and what it has got or given since. */
  open: number
  /** On their way to it. */
  coming: number
  /** Handed to it in this period of `settleTime`, and in the one before. */
  recent: number
  recentBefore: number
  /** Of its event loop, 0 to 1, smoothed. */
  utilization: number
  reportedAt: number
}

const none: Load = { open: 0, coming: 0, recent: 0, recentBefore: 0, utilization: 0, reportedAt: 0 }

/** How many connections each worker of one place has, and how busy it is. */
export class Loads {
  readonly #loads = new Map<WorkerHandle, Load>()
  #periodEnds = 0

  /** @param utilization since the report before. */
  report(worker: WorkerHandle, open: number, utilization: number, now: number): void {
    const load = this.#of(worker)
    const elapsed = now - load.reportedAt
    load.reportedAt = now
    load.open = open
    load.utilization += (utilization - load.utilization) * (1 - Math.exp(-elapsed / window))
  }

  /** It has given away one of those. */
  gave(worker: WorkerHandle): void {
    const load = this.#loads.get(worker)
    if (load) load.open = Math.max(0, load.open - 1)
  }

  /** That many will come to it, or, if less than 0, will not. */
  expect(worker: WorkerHandle, count: number): void {
    // One that has gone is expected to get nothing, and is not remembered for it.
    const load = count < 0 ? this.#loads.get(worker) : this.#of(worker)
    if (load) load.coming = Math.max(0, load.coming + count)
  }

  /** One that has moved is there. */
  arrived(worker: WorkerHandle): void {
    this.#of(worker).open++
  }

  /** A new connection was handed to it. */
  handed(worker: WorkerHandle, now: number): void {
    this.#endPeriod(now)
    this.#of(worker).recent++
  }

  /** At once for all, or all would be handed to the one whose period ends first. */
  #endPeriod(now: number): void {
    if (now < this.#periodEnds) return
    const isOld = now >= this.#periodEnds + settleTime
    this.#periodEnds = now + settleTime
    for (const load of this.#loads.values()) {
      load.recentBefore = isOld ? 0 : load.recent
      load.recent = 0
    }
  }

  /** Those that it has, and keeps. */
  here(worker: WorkerHandle): number {
    return this.#loads.get(worker)?.open ?? 0
  }

  /** Those that it keeps, with those that are on their way. */
  kept(worker: WorkerHandle): number {
    const load = this.#loads.get(worker)
    return load ? load.open + load.coming : 0
  }

  /** The same with what was handed to it a moment ago, and may be over at once. */
  all(worker: WorkerHandle): number {
    const load = this.#loads.get(worker)
    return load ? load.open + load.coming + load.recent + load.recentBefore : 0
  }

  utilization(worker: WorkerHandle): number {
    return this.#loads.get(worker)?.utilization ?? 0
  }

  forget(worker: WorkerHandle): void {
    this.#loads.delete(worker)
  }

  #of(worker: WorkerHandle): Load {
    let load = this.#loads.get(worker)
    if (!load) this.#loads.set(worker, (load = { ...none }))
    return load
  }
}
