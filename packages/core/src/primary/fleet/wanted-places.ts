import type { Clock } from '../../running-clock.ts'
import type { Sockets } from '../sockets/sockets.ts'
import type { Fleet } from './fleet.ts'
import type { WorkerHandle } from './worker-handle.ts'

/**
 * Where workers are to listen. Nobody says so but the workers themselves: a
 * new one is to listen wherever the one before it did.
 */
export class WantedPlaces {
  readonly #fleet: Fleet
  readonly #sockets: Sockets
  readonly #clock: Clock
  readonly #settleTime: number

  /** @param settleTime how long (in ms) after a worker is ready it may still come to listen elsewhere. */
  constructor(fleet: Fleet, sockets: Sockets, clock: Clock, settleTime: number) {
    this.#fleet = fleet
    this.#sockets = sockets
    this.#clock = clock
    this.#settleTime = settleTime
  }

  /** Whether a worker that boots has all that it needs. */
  areComplete(worker: WorkerHandle): boolean {
    return worker.listening.size > 0 && this.missing(worker).length === 0
  }

  /** Where a worker that boots must listen to be ready, and does not yet. */
  missing(worker: WorkerHandle): string[] {
    const wanted = new Set([...this.#sockets.required, ...this.#expected(worker)])
    return [...wanted].filter((key) => !this.#sockets.covers(worker, key))
  }

  /** Whether it is the program that asked for one of these places, and not just that a worker was there. */
  areRequired(keys: readonly string[]): boolean {
    return keys.some((key) => this.#sockets.required.has(key))
  }

  /** Whether a worker takes the place that it asks for at once: one that replaces another takes none before it has all. */
  lends(worker: WorkerHandle, key: string): boolean {
    if (worker.isSpare) return false
    const isReplacement = Boolean(this.#fleet.slotOf(worker)?.worker)
    return !isReplacement || this.missing(worker).every((other) => other === key)
  }

  /** Whether a slot's next worker is expected there: its last one was, and is gone or has closed all that it had. */
  isAwaited(key: string): boolean {
    return this.#fleet.slots.some(({ worker, last }) => (worker ?? last)?.served.has(key))
  }

  #expected(worker: WorkerHandle): string[] {
    // Its program will come to no other place.
    if (worker.settled) return []
    const slot = this.#fleet.slotOf(worker)
    const before = worker.isSpare ? this.#fleet.serving[0] : (slot?.worker ?? slot?.last)
    if (!before || before === worker) return []
    // What only some workers do, one among them for all, say, another need not do.
    const since = this.#clock.now() - this.#settleTime
    const siblings = this.#fleet.serving.filter(
      (other) =>
        other !== worker && other.release === before.release && (other.settled || other.readyAt! <= since),
    )
    return [...before.served].filter((key) => siblings.every(({ served }) => served.has(key)))
  }
}
