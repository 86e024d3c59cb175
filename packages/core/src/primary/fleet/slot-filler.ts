import type { Settings } from '../../settings.ts'
import { CrashPace } from './crash-pace.ts'
import type { Fleet } from './fleet.ts'
import type { Rollout } from './rollout.ts'
import type { Slot } from './slot.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** In ms. The state of a process that crashed is not known: a patient `drainTimeout` is not for it. */
const longestCrashDrain = 10_000

/** Takes each slot's next step: a worker boots into it, or the one that has booted takes the place. */
export class SlotFiller {
  readonly #fleet: Fleet
  readonly #rollout: Rollout
  readonly #settings: Settings
  readonly #boot: (slot: Slot) => void
  readonly #crashPace = new CrashPace()

  constructor(fleet: Fleet, rollout: Rollout, settings: Settings, boot: (slot: Slot) => void) {
    this.#fleet = fleet
    this.#rollout = rollout
    this.#settings = settings
    this.#boot = boot
  }

  /**
   * @param now by the fleet's clock.
   * @param proven whether a worker has ever been ready. The first boots alone:
   *   if the app is broken, it fails once and not once per slot.
   */
  advance(now: number, proven: boolean): void {
    // Of all, before it is asked which of them may be next.
    for (const slot of this.#fleet.slots) this.#promote(slot, now)
    for (const slot of this.#fleet.slots) this.#fill(slot, now, proven || slot.index === 0)
  }

  /** Spares come last: when every slot is filled, and no reload is about to make them old. */
  advanceSpares(now: number): void {
    // One that is ready can be needed before it is the time for another.
    for (const slot of this.#fleet.spareSlots)
      if (slot.next?.readyAt !== undefined) this.#replace(slot.promote())
    if (!this.#fleet.isFilled || this.#rollout.reload) return
    this.#fleet.countSpares()
    this.#fleet.dropOldSpares()
    for (const slot of this.#fleet.spareSlots) this.#fill(slot, now, true)
  }

  /** The next time, after `now`, at which there is something to do that no event tells of; Infinity if none. */
  nextDeadline(now: number): number {
    const deadlines = this.#fleet.allSlots.flatMap(({ worker, next, retryAt }) => {
      if (next) return next.serving && (worker || this.#isAlone) ? [this.#soakedAt(next)] : []
      return worker?.crashed ? [retryAt, this.#crashPace.nextAt] : [retryAt]
    })
    return Math.min(...deadlines.filter((deadline) => deadline > now))
  }

  #promote(slot: Slot, now: number): void {
    const { next } = slot
    if (next?.readyAt !== undefined && (this.#isVacant(slot) || now >= this.#soakedAt(next)))
      this.#replace(slot.promote())
  }

  #fill(slot: Slot, now: number, mayBoot: boolean): void {
    const { worker } = slot
    if (slot.next || slot.isDone || now < slot.retryAt) return
    if (!(worker ? this.#mayReplace(worker, now) : mayBoot && !this.#isHaunted(slot))) return
    if (worker?.crashed) this.#crashPace.begin(now)
    if (!worker || !this.#isAlone) return this.#boot(slot)
    slot.vacate()
    this.#replace(worker)
  }

  /** A worker is to be gone before the one that follows it starts. */
  get #isAlone(): boolean {
    return this.#settings.reload.surge === 0
  }

  /** Nothing serves there, and nothing is kept for a release that has yet to show that it stays up. */
  #isVacant(slot: Slot): boolean {
    return !slot.worker && !this.#isAlone
  }

  /** The worker before is not gone yet, and must be. */
  #isHaunted({ index }: Slot): boolean {
    return this.#isAlone && [...this.#fleet.draining].some(({ slot }) => slot === index)
  }

  #replace(worker: WorkerHandle | undefined): void {
    const longest = worker?.crashed ? longestCrashDrain : Infinity
    this.#fleet.drain(worker, worker?.replaceFor ?? 'reload', longest)
  }

  #mayReplace(worker: WorkerHandle, now: number): boolean {
    const isStale = this.#rollout.isStale(worker)
    if (!isStale && !worker.replaceFor) return false
    if (!isStale && worker.crashed && now < this.#crashPace.nextAt) return false
    if (this.#isAlone) return this.#fleet.isFilled
    const surging = this.#fleet.slots.filter((slot) => slot.worker && slot.next).length
    // Where the code is not new, one at a time across the cluster is enough.
    const surge = this.#rollout.reload ? this.#settings.reload.surge : 1
    return surging < surge && this.#fleet.draining.size < this.#fleet.slots.length
  }

  /** Only a reload brings code that has yet to show that it stays up. */
  #soakedAt(next: WorkerHandle): number {
    return (next.readyAt ?? Infinity) + (this.#rollout.reload ? this.#settings.reload.soak : 0)
  }
}
