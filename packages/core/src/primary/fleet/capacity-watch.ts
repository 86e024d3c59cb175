import type { ScaleStep } from '../../events.ts'
import type { Settings } from '../../settings.ts'
import type { System } from '../process/system.ts'
import { Capacity, type MemoryNeed, type Sample } from './capacity.ts'
import type { Fleet } from './fleet.ts'
import type { Rollout } from './rollout.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** How often (in ms) workers are looked at: as often as they say how they are. */
const interval = 1000

/** From which age on (in ms) what a worker last said is not how it is: it would have said more. */
const outdated = 2000

/** In ms. It would be said every second of a busy day. */
const betweenRefusals = 600_000

export interface WatchedCapacity {
  readonly fleet: Fleet
  readonly rollout: Rollout
  readonly settings: Settings
  readonly system: System
  readonly isClosing: () => boolean
  readonly resize: (workers: number, step: ScaleStep) => void
}

/** Has the number of workers follow the load, where the option `workers` gives it room for that. */
export class CapacityWatch {
  readonly #watched: WatchedCapacity
  readonly #capacity = new Capacity()
  /** The generation from which on a number that somebody asked for counts, until a later one is there. */
  #heldSince: number | undefined
  /** Calls off the next look, once there is to be one. */
  #cancel: (() => void) | undefined
  #refusedAt = -betweenRefusals

  constructor(watched: WatchedCapacity) {
    this.#watched = watched
  }

  /** Whether somebody has asked for a number of workers, which counts until the next reload. */
  get isHeld(): boolean {
    return this.#heldSince !== undefined && this.#watched.rollout.done <= this.#heldSince
  }

  /** To be called once every slot is filled; more often does no harm. */
  start(): void {
    if (!this.#cancel && this.#watched.settings.bounds) this.#lookLater()
  }

  stop(): void {
    this.#cancel?.()
  }

  /** Somebody has asked for a number of workers. */
  hold(): void {
    this.#heldSince = this.#watched.rollout.release.generation
  }

  #lookLater(): void {
    this.#cancel = this.#watched.system.clock.after(interval, () => {
      if (this.#watched.isClosing()) return
      this.#lookLater()
      this.#look()
    })
  }

  #look(): void {
    const { fleet, settings, resize } = this.#watched
    const { bounds } = settings
    if (!bounds || this.isHeld || !this.#isCalm) return this.#capacity.forget()
    const from = fleet.slots.length
    const within = Math.min(bounds.max, Math.max(bounds.min, from))
    if (within !== from) return resize(within, { from, reason: 'options' })
    const sample = this.#sample()
    const verdict = sample && this.#capacity.judge(sample, bounds, () => this.#memory())
    if (verdict?.step) resize(verdict.to, verdict.step)
    else if (verdict) this.#say(verdict.refusal)
  }

  /** How busy workers are says how many are needed: all are there, and none was lost just now. */
  get #isCalm(): boolean {
    const { fleet, rollout, system } = this.#watched
    const now = system.clock.now()
    return fleet.isFilled && !rollout.reload && fleet.slots.every(({ retryAt }) => retryAt <= now)
  }

  /** @returns undefined while none has said how it is. */
  #sample(): Sample | undefined {
    const { fleet, system } = this.#watched
    const at = system.clock.now()
    const known = fleet.slots.flatMap(({ worker }) => (worker && utilization(worker, at)) ?? [])
    if (known.length === 0) return undefined
    const { length: workers } = fleet.slots
    return { at, workers, utilization: mean(known), throttledTime: system.resources.throttledTime() }
  }

  #memory(): MemoryNeed {
    const { fleet, system } = this.#watched
    const sizes = fleet.slots.flatMap(({ worker }) => worker?.vitals?.rss ?? [])
    return { worker: sizes.length > 0 ? mean(sizes) : 0, free: system.resources.freeMemory() }
  }

  #say(refusal: string): void {
    const { system, settings } = this.#watched
    const now = system.clock.now()
    if (now - this.#refusedAt < betweenRefusals) return
    this.#refusedAt = now
    settings.logger.warn('scale:refused', `no worker is added: ${refusal}`, { reason: refusal })
  }
}

/** One that says nothing, as its loop does not turn, is as busy as can be. */
function utilization({ vitals, heardAt, readyAt }: WorkerHandle, now: number): number | undefined {
  if (now - (heardAt ?? readyAt ?? now) > outdated) return 1
  return vitals && Math.min(1, Math.max(0, vitals.utilization || 0))
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
