import { constants } from 'node:os'
import type { SlotInfo, WorkerInfo } from '../../cluster.ts'
import type { WorkerExit } from '../../events.ts'
import type { Settings } from '../../settings.ts'
import { Slot } from './slot.ts'
import type { WorkerHandle } from './worker-handle.ts'

const itsReleaseWasReplaced = 'its release was replaced'

/** Every worker there is: those in slots, spares, and those that drain. */
export class Fleet {
  readonly slots: Slot[] = []
  /** Where the spares are kept. */
  readonly spareSlots: Slot[] = []
  readonly draining: Set<WorkerHandle> = new Set()
  readonly #settings: Settings
  readonly #onDrain: (worker: WorkerHandle, reason: string) => void

  constructor(settings: Settings, onDrain: (worker: WorkerHandle, reason: string) => void) {
    this.#settings = settings
    this.#onDrain = onDrain
    this.resize(settings.workers, '')
    this.countSpares()
  }

  get workers(): WorkerHandle[] {
    return [...this.allSlots.flatMap((slot) => slot.workers), ...this.draining]
  }

  get serving(): WorkerHandle[] {
    return this.workers.filter((worker) => worker.serving)
  }

  /** Those whose heartbeat is to be heard. */
  get beating(): WorkerHandle[] {
    return this.workers.filter(({ state }) => state === 'ready' || state === 'draining')
  }

  get info(): WorkerInfo[] {
    return this.workers.map((worker) => worker.info)
  }

  /** @param now by the fleet's clock. */
  slotInfo(now: number): SlotInfo[] {
    return this.slots.map((slot) => slot.info(now))
  }

  /** A slot has lost its worker, or cannot get one. */
  get isDegraded(): boolean {
    return this.slots.some((slot) => slot.isMissed)
  }

  /** Every slot has a worker that serves, or has had one that has finished. */
  get isFilled(): boolean {
    return this.slots.every(({ worker, isDone }) => worker?.serving || isDone)
  }

  /** The program has ended in every slot. */
  get isFinished(): boolean {
    return this.slots.length > 0 && this.slots.every(({ isDone }) => isDone)
  }

  /** How it has: the first exit code that is not 0, if there is one. */
  get exitCode(): number {
    const codes = this.slots.flatMap(({ finished }) => (finished ? exitCodeOf(finished) : []))
    return codes.find((code) => code !== 0) ?? 0
  }

  /** One that was told to drain has not stopped accepting yet. */
  get stillAccepts(): boolean {
    return [...this.draining].some(({ listening }) => listening.size > 0)
  }

  slotOf(worker: WorkerHandle): Slot | undefined {
    return this.allSlots.find(({ workers }) => workers.includes(worker))
  }

  get allSlots(): Slot[] {
    return [...this.slots, ...this.spareSlots]
  }

  /** A spare takes the place, if there is one. */
  fillWithSpare(slot: Slot): void {
    const spareSlot = this.spareSlots.find(({ worker }) => worker)
    if (!spareSlot?.worker || slot.index < 0) return
    slot.worker = spareSlot.worker
    slot.worker.slot = slot.index
    slot.last = undefined
    spareSlot.worker = undefined
  }

  /** As many as there are to be. */
  countSpares(): void {
    const { spares } = this.#settings
    while (this.spareSlots.length < spares) this.spareSlots.push(new Slot(-1))
    for (const slot of this.spareSlots.splice(spares)) this.#empty(slot, 'fewer spares are wanted')
  }

  /** Spares are for the code that serves; those of an older release go, those that boot too. */
  dropOldSpares(): void {
    const serving = Math.min(...this.slots.map(({ worker }) => worker?.release.generation ?? 0))
    const isOld = (spare?: WorkerHandle): boolean => spare !== undefined && spare.release.generation < serving
    for (const slot of this.spareSlots) {
      if (isOld(slot.next)) this.abandon(slot, itsReleaseWasReplaced)
      if (!isOld(slot.worker)) continue
      this.drain(slot.worker, itsReleaseWasReplaced)
      slot.worker = undefined
    }
  }

  /** Nobody waits for those that are not ready. */
  dismissBooting(reason: string): void {
    for (const slot of this.allSlots) if (!slot.next?.serving) this.abandon(slot, reason)
  }

  /** Everybody leaves. */
  close(reason: string): void {
    this.resize(0, reason)
    for (const slot of this.spareSlots.splice(0)) this.#empty(slot, reason)
  }

  /** More slots, empty, or fewer, whose workers drain. */
  resize(slots: number, reason: string): void {
    while (this.slots.length < slots) this.slots.push(new Slot(this.slots.length))
    for (const slot of this.slots.splice(slots)) this.#empty(slot, reason)
  }

  #empty(slot: Slot, reason: string): void {
    this.drain(slot.worker, reason)
    this.abandon(slot, reason)
  }

  /** @param longest how long it may take at most (in ms), however patient `drainTimeout` is. */
  drain(worker: WorkerHandle | undefined, reason: string, longest: number = Infinity): void {
    if (!worker) return
    this.draining.add(worker)
    const { drainTimeout, migrate, goodbye } = this.#settings
    worker.drain(reason, Math.min(drainTimeout, longest), goodbye, migrate && this.#canAdopt(worker))
    this.#onDrain(worker, reason)
  }

  /** Others listen wherever it does. */
  #canAdopt(worker: WorkerHandle): boolean {
    const others = this.serving.filter((other) => other !== worker)
    return [...worker.listening].every((key) => others.some(({ listening }) => listening.has(key)))
  }

  /** The slot's next worker goes, whether it boots or soaks. */
  abandon(slot: Slot, reason: string): void {
    const { next } = slot
    slot.next = undefined
    if (!next) return
    // One that need not listen works as soon as there is a process.
    if (next.serving || (!this.#settings.listen && next.pid > 0)) this.drain(next, reason)
    else {
      this.draining.add(next)
      next.dismiss(reason)
    }
  }

  /** The worker has exited. @returns the slot that has thereby lost it, if one has. */
  remove(worker: WorkerHandle): Slot | undefined {
    this.draining.delete(worker)
    return this.slotOf(worker)
  }
}

/** As a shell has it. */
function exitCodeOf({ code, signal }: WorkerExit): number {
  return code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0)
}
