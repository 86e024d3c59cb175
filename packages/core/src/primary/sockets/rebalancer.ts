import type { Beat } from '../../protocol/messages.ts'
import { runningClock } from '../../running-clock.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'
import type { Loads } from './loads.ts'
import { type Load, type Move, shareConnections, shareWork } from './moves.ts'
import { Relief } from './relief.ts'

/** How often (in ms) the workers' loads are compared, while they say anything. */
const interval = 20

/** So many connections one worker gives at a time (some 0.3 ms of its loop each). */
const mostAtOnce = 16

/** How long (in ms) the work of connections that have moved is watched before more are. */
const watchTime = 300

/**
 * So many moves are made at once, per connection: that is enough to spread all
 * of them over more workers.
 */
const burst = 1

/** So many more are made in a second, per connection: what comes and goes at random is not worth more. */
const rate = 0.2

/** The least that both are for: a few connections. */
const fewest = 8

/** How long (in ms) a worker that had nothing to give is not asked again. */
const restTime = 500

interface Order {
  /** Who is to have the connections that are still to be given. */
  readonly to: WorkerHandle[]
  given: number
}

/**
 * Keeps the workers of one place equally busy: those that have too many
 * connections, or too much to do, give some to the others.
 */
export class Rebalancer {
  readonly #key: string
  readonly #loads: Loads
  readonly #clock = runningClock()
  /** What workers were told to give, and have not given yet. */
  readonly #orders = new Map<WorkerHandle, Order>()
  /** Until when workers that had nothing to give are left alone, in ms of the running clock. */
  readonly #resting = new Map<WorkerHandle, number>()
  readonly #relief = new Relief<WorkerHandle>()
  #serving: readonly WorkerHandle[] = []
  #full: ReadonlySet<WorkerHandle> = new Set()
  #moves = 0
  #movesAt = 0
  #workAt = 0
  #due = false

  constructor(key: string, loads: Loads) {
    this.#key = key
    this.#loads = loads
  }

  /**
   * @param all the workers that may have connections of this place.
   * @param full those of them that take no more: while there are some, all stay where they are.
   */
  update(all: readonly WorkerHandle[], full: ReadonlySet<WorkerHandle>): void {
    // What clients have with code that is known is not put at risk, and is not moved twice in a reload.
    const serving = all.filter(({ proven }) => proven)
    // It is a new division, and worth what it takes.
    if (serving.some((worker) => !this.#serving.includes(worker))) this.#moves = Infinity
    this.#serving = serving
    this.#full = full
    this.#lookSoon()
  }

  /** No worker is told to give any more. */
  stop(): void {
    this.#serving = []
  }

  /** Whether all that workers were told to give has been given. */
  get isAtRest(): boolean {
    return this.#orders.size === 0
  }

  onBeat(worker: WorkerHandle, { open, utilization }: Beat): void {
    this.#loads.report(worker, open[this.#key] ?? 0, utilization, this.#clock.now())
    this.#lookSoon()
  }

  /**
   * A worker has given one.
   * @param served whether it has served it before.
   * @returns who is to have it, if that is known.
   */
  onGiven(worker: WorkerHandle, served: boolean): WorkerHandle | undefined {
    if (served) this.#loads.gave(worker)
    const order = this.#orders.get(worker)
    const to = order?.to.shift()
    if (!order || !to) return undefined
    order.given++
    this.#loads.expect(to, -1)
    return to
  }

  /** A worker has given what it could. */
  onGave(worker: WorkerHandle): void {
    const order = this.#orders.get(worker)
    if (!order) return
    for (const to of order.to) this.#loads.expect(to, -1)
    this.#orders.delete(worker)
    this.#moves += order.to.length
    if (order.given === 0) this.#resting.set(worker, this.#clock.now() + restTime)
    else this.#lookSoon()
  }

  onExit(worker: WorkerHandle): void {
    this.onGave(worker)
    this.#resting.delete(worker)
    this.#relief.forget(worker)
    this.#serving = this.#serving.filter((other) => other !== worker)
  }

  #lookSoon(): void {
    if (this.#due || this.#serving.length < 2) return
    this.#due = true
    this.#clock.after(interval, () => {
      this.#due = false
      this.#look()
    })
  }

  #look(): void {
    const workers = this.#serving
    const now = this.#clock.now()
    const loads = workers.map((worker) => this.#loadOf(worker, now))
    const total = loads.reduce((sum, { connections }) => sum + connections, 0)
    if (workers.length < 2 || total === 0) return
    // Who waits outside would take the room of one that leaves, and there might be none for it elsewhere.
    if (this.#full.size > 0) return
    this.#earn(now, total)
    for (const move of shareConnections(loads, mostAtOnce)) this.#order(workers, move)
    if (this.#orders.size > 0 || now < this.#workAt) return
    const move = shareWork(loads, mostAtOnce)
    if (!move) return
    this.#workAt = now + watchTime
    if (this.#order(workers, move)) this.#relief.begin(workers[move.from]!, now)
  }

  #loadOf(worker: WorkerHandle, now: number): Load {
    const utilization = this.#loads.utilization(worker)
    const isHindered = worker.late || worker.aside || worker.scarce
    return {
      connections: this.#loads.kept(worker),
      utilization,
      gives: this.#mayGive(worker, now) ? this.#loads.here(worker) : 0,
      takes: !isHindered && !this.#relief.holds(worker, utilization, now),
    }
  }

  #mayGive(worker: WorkerHandle, now: number): boolean {
    return !worker.late && !this.#orders.has(worker) && (this.#resting.get(worker) ?? 0) <= now
  }

  #earn(now: number, connections: number): void {
    const budget = Math.max(fewest, connections)
    const earned = this.#moves + (budget * rate * (now - this.#movesAt)) / 1000
    this.#moves = Math.min(budget * burst, earned)
    this.#movesAt = now
  }

  /** @returns whether anything may move now. */
  #order(workers: readonly WorkerHandle[], { from, to }: Move): boolean {
    const targets = to.slice(0, Math.floor(this.#moves)).map((index) => workers[index]!)
    if (targets.length === 0) return false
    this.#moves -= targets.length
    const giver = workers[from]!
    this.#orders.set(giver, { to: targets, given: 0 })
    for (const target of targets) this.#loads.expect(target, 1)
    giver.send({ type: 'give', key: this.#key, count: targets.length })
    return true
  }
}
