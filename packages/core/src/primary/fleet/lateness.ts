import { busyBeat, idleBeat } from '../../protocol/messages.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** How long (in ms) a heartbeat may be overdue before its worker counts as late. */
const patience = { busy: 20, idle: 500 }

/** Notices which workers' heartbeats are overdue. */
export class Lateness {
  readonly #workers = new Set<WorkerHandle>()
  readonly #onChange: () => void
  #timer: NodeJS.Timeout | undefined

  /** @param onChange called when a worker's `late` has changed. */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  beat(worker: WorkerHandle, busy: boolean): void {
    const interval = busy ? busyBeat + patience.busy : idleBeat + patience.idle
    const sooner = Date.now() + interval < worker.beatDue
    worker.beatDue = Date.now() + interval
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

  #schedule(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const due = Math.min(...[...this.#workers].filter(({ late }) => !late).map(({ beatDue }) => beatDue))
    if (due === Infinity) return
    // After the turn's reads: if this process was the one that stood still, the
    // beats are there and have only not been read.
    this.#timer = setTimeout(
      () => setImmediate(() => this.#check()),
      Math.max(1, due - Date.now() + 1),
    ).unref()
  }

  #check(): void {
    const overdue = [...this.#workers].filter(({ late, beatDue }) => !late && beatDue < Date.now())
    for (const worker of overdue) worker.late = true
    this.#schedule()
    if (overdue.length > 0) this.#onChange()
  }
}
