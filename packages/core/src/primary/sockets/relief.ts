/** How long (in ms) a worker that has given connections away because it was busy gets none back, at first. */
const shortest = 5000

/** The same at most. */
const longest = 60_000

/** A loop that is less busy than this has not got what made it busy any more: that has ended, or has moved. */
const calm = 0.5

interface Period {
  until: number
  /** 0 of one that has given once: a burst may have made it busy. */
  length: number
}

/**
 * Workers that have given connections away, again and again, because they were
 * too busy. What makes them busy stays, or comes back with a connection that
 * moves: without this, the same connections would go back and forth.
 */
export class Relief<Worker extends object> {
  readonly #periods = new Map<Worker, Period>()

  /** The worker gives some away. Where it does so soon after a period of relief, the next one is twice as long. */
  begin(worker: Worker, now: number): void {
    const length = lengthAfter(this.#periods.get(worker), now)
    this.#periods.set(worker, { until: now + length, length })
  }

  /** @param utilization of its event loop. */
  holds(worker: Worker, utilization: number, now: number): boolean {
    return utilization > calm && now < (this.#periods.get(worker)?.until ?? -Infinity)
  }

  forget(worker: Worker): void {
    this.#periods.delete(worker)
  }
}

function lengthAfter(last: Period | undefined, now: number): number {
  if (!last || now >= last.until + Math.max(last.length, shortest)) return 0
  if (now < last.until) return last.length
  return last.length === 0 ? shortest : Math.min(2 * last.length, longest)
}
