/** How long (in ms) a worker that has given connections away because it was busy gets none back, the first time. */
const shortest = 5000

/** The same at most. */
const longest = 60_000

/** A loop that is less busy than this has not got what made it busy any more: that has ended, or has moved. */
const calm = 0.5

interface Period {
  until: number
  length: number
}

/**
 * Workers that have given connections away because they were too busy. What
 * makes them busy stays, or comes back with a connection that moves: without
 * this, the same connections would go back and forth.
 */
export class Relief<Worker extends object> {
  readonly #periods = new Map<Worker, Period>()

  /** The worker gives some away. Where it does so soon after a period of relief, the next one is twice as long. */
  begin(worker: Worker, now: number): void {
    const last = this.#periods.get(worker)
    const length = last ? lengthAfter(last, now) : shortest
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

function lengthAfter({ until, length }: Period, now: number): number {
  if (now < until) return length
  return now < until + length ? Math.min(2 * length, longest) : shortest
}
