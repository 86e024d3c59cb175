import type { ClusterState, SlotInfo } from '../../cluster.ts'
import type { Readiness } from '../../protocol/messages.ts'
import type { Clock } from '../../running-clock.ts'
import type { Fleet } from './fleet.ts'
import type { WorkerHandle } from './worker-handle.ts'

/**
 * How long (in ms) after its workers were told of a change a cluster collects
 * further ones, for each worker that it has. To tell all of them of all takes
 * the square of their number: 20 ms of CPU where they are 64.
 */
const timePerWorker = 10

/** Tells workers what has become of all of them. */
export class News {
  readonly #fleet: Fleet
  readonly #clock: Clock
  readonly #stateOf: () => ClusterState
  readonly #readinessOf: () => Readiness
  #told: ClusterState | undefined
  #toldAt = -Infinity
  /** Calls off what is to be told later. */
  #cancel: (() => void) | undefined

  constructor(fleet: Fleet, clock: Clock, stateOf: () => ClusterState, readinessOf: () => Readiness) {
    this.#fleet = fleet
    this.#clock = clock
    this.#stateOf = stateOf
    this.#readinessOf = readinessOf
  }

  /** Something has changed: all workers know it now, or soon after. */
  spread(): void {
    const wait = this.#toldAt + this.#fleet.workers.length * timePerWorker - this.#clock.now()
    // Probes ask for the state, which changes rarely.
    if (wait <= 0 || this.#told !== this.#stateOf()) this.#tellAll()
    else this.#cancel ??= this.#clock.after(wait, () => this.#tellAll())
  }

  /** What has changed so far is told ahead of what is sent next. */
  catchUp(): void {
    if (this.#cancel) this.#tellAll()
  }

  /** One that boots knows the others from the start. */
  tell(worker: WorkerHandle): void {
    const { info } = this.#fleet
    worker.send({
      type: 'workers',
      workers: info,
      slots: this.#slots,
      state: this.#stateOf(),
      readiness: this.#readinessOf(),
    })
  }

  get #slots(): SlotInfo[] {
    return this.#fleet.slotInfo(this.#clock.now())
  }

  #tellAll(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#toldAt = this.#clock.now()
    const state = this.#stateOf()
    this.#told = state
    const { info, workers } = this.#fleet
    const slots = this.#slots
    const readiness = this.#readinessOf()
    for (const worker of workers) worker.send({ type: 'workers', workers: info, slots, state, readiness })
  }
}
