import type { EventEmitter } from 'node:events'
import type { ClusteredError } from '../../errors.ts'
import type { ClusterEvents, WorkerExit } from '../../events.ts'
import type { Entry } from '../entry.ts'
import type { Release } from '../release.ts'
import type { Fleet } from './fleet.ts'
import { Reload } from './reload.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** Which release workers run, and the reload that is bringing in another, if one is. */
export class Rollout {
  /** What a worker that boots now runs. */
  release: Release
  reload: Reload | undefined
  /** The last generation that every slot has come to. */
  done = 1
  readonly #entry: Pick<Entry, 'release'>
  readonly #fleet: Fleet
  readonly #events: EventEmitter<ClusterEvents>
  #generation = 1

  constructor(entry: Pick<Entry, 'release'>, fleet: Fleet, events: EventEmitter<ClusterEvents>) {
    this.#entry = entry
    this.#fleet = fleet
    this.#events = events
    this.release = this.#entry.release(this.#generation)
  }

  begin(): Reload {
    const previous = this.release
    this.release = this.#entry.release(++this.#generation)
    for (const slot of this.#fleet.slots) slot.forgive()
    this.#events.emit('reload:start', this.#generation)
    return (this.reload = new Reload(this.release, previous))
  }

  isStale(worker: WorkerHandle): boolean {
    return this.reload !== undefined && worker.release !== this.reload.release
  }

  /**
   * A worker that booted or soaked is gone. If it was to bring in the release,
   * the reload stops: the new workers go, the old ones have never stopped.
   * @returns whether it was.
   */
  fails(worker: WorkerHandle, exit: WorkerExit): boolean {
    const { reload } = this
    if (reload?.release !== worker.release) return false
    const goBack = !reload.failure && reload.canGoBack
    reload.failure ??= { worker, exit }
    for (const slot of this.#fleet.slots)
      if (slot.worker && slot.next?.release === worker.release) this.#fleet.abandon(slot, 'reload failed')
    if (goBack) reload.release = this.release = reload.previous
    else this.#end(reload)
    return true
  }

  /** Ends the reload if every slot has what it shall have. */
  finish(): void {
    const isOver = this.#fleet.slots.every(
      ({ worker, next, isDone }) => isDone || (worker?.serving && !next && !this.isStale(worker)),
    )
    if (this.reload && isOver && !this.#fleet.stillAccepts) this.#end(this.reload)
  }

  abort(error: ClusteredError): void {
    this.reload?.abort(error)
    this.reload = undefined
  }

  #end(reload: Reload): void {
    this.reload = undefined
    if (!reload.failure) {
      this.done = reload.release.generation
      reload.succeed()
      this.#events.emit('reload:done', reload.release.generation)
      return
    }
    const generations = this.#fleet.slots.flatMap(({ worker }) => worker?.release.generation ?? [])
    this.#events.emit('reload:failed', reload.attempted.generation, reload.fail(generations))
  }
}
