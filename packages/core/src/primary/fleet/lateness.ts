import { beats } from '../../protocol/messages.ts'
import type { Clock } from '../../running-clock.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** How long (in ms) a heartbeat may be overdue before its worker counts as late. */
const patience = { busy: 20, idle: 500 }

/** Notices which workers' heartbeats are overdue. */
export class Lateness {
  readonly #workers = new Set<WorkerHandle>()
  readonly #clock: Clock
  readonly #onChange: () => void
  #timer: (() => void) | undefined

  /** @param onChange called when a worker's `late` has changed. */
  constructor(clock: Clock, onChange: () => void) {
    this.#clock = clock
    this.#onChange = onChange
  }

  /** @param next within how many ms the next one follows. */
  beat(worker: WorkerHandle, next: number): void {
    const due = this.#clock.now() + next + (next < beats.idle.every ? patience.busy : patience.idle)
    const sooner = due < worker.beatDue
    worker.beatDue = due
    this.#workers.add(worker)
    // The timer looks at what is due when it fires, so that a beat in time,
    // 50 in a second, costs no timer.
    if (sooner || !this.#timer) this.#schedule()
    if (worker.late) {
      worker.late = false
      this.#onChange()
    }
  }

  forget(worker: WorkerHandle): void {
    this.#workers.delete(worker)
  }

  /** Whoever is gone is not late. */
  stop(): void {
    this.#workers.clear()
    this.#schedule()
  }

  #schedule(): void {
    this.#timer?.()
    this.#timer = undefined
    const due = Math.min(...[...this.#workers].filter(({ late }) => !late).map(({ beatDue }) => beatDue))
    if (due === Infinity) return
    const wait = Math.max(1, due - this.#clock.now() + 1)
    // Once more after the turn's reads: if this process was the one that stood
    // still, the beats are there and have only not been read.
    this.#timer = this.#clock.after(wait, () => {
      this.#timer = this.#clock.after(0, () => this.#check())
    })
  }

  #check(): void {
    const now = this.#clock.now()
    const overdue = [...this.#workers].filter(({ late, beatDue }) => !late && beatDue < now)
    for (const worker of overdue) worker.late = true
    this.#schedule()
    if (overdue.length > 0) this.#onChange()
  }
}
