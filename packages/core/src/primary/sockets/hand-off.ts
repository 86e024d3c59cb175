import type { TransferableHandle } from '../../node-internals.ts'
import { refuse } from './refusal.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'

/**
 * More connections than this do not wait in the primary: each holds a file
 * descriptor, and 1,024 descriptors is a common limit for the whole process.
 */
const longestQueue = 512

interface Waiting {
  connection: TransferableHandle
  since: number
}

export interface HandOffOptions {
  /** How long (in ms) connections wait while nobody takes them. */
  queueTimeout: number
  speaksTls: () => boolean
}

/**
 * Hands connections that the primary holds to the workers of one place, to
 * the next one that is free. A worker is free when it has answered its last
 * hand-off, so a blocked one holds up a single connection. The primary keeps
 * its copy until a worker has taken it: one that dies first has not read a
 * byte of it, and another gets it.
 */
export class HandOff {
  readonly #key: string
  readonly #options: HandOffOptions
  readonly #queue: Waiting[] = []
  readonly #unanswered = new Map<WorkerHandle, Map<number, Waiting>>()
  #workers: readonly WorkerHandle[] = []
  #turn = 0
  #nextConnection = 1
  #closed = false
  #timer: NodeJS.Timeout | undefined

  constructor(key: string, options: HandOffOptions) {
    this.#key = key
    this.#options = options
  }

  /** @param serving who takes connections now. */
  update(serving: readonly WorkerHandle[]): void {
    this.#workers = serving
    this.#dispatch()
  }

  take(connection: TransferableHandle): void {
    const isFull = this.#queue.length >= longestQueue
    if (this.#closed || isFull) return this.#refuse(connection)
    this.#queue.push({ connection, since: Date.now() })
    this.#dispatch()
  }

  onAnswer(worker: WorkerHandle, id: number, accepted: boolean): void {
    const unanswered = this.#unanswered.get(worker)
    const waiting = unanswered?.get(id)
    if (!unanswered || !waiting) return
    unanswered.delete(id)
    if (accepted) waiting.connection.close()
    else this.#queue.unshift(waiting)
    this.#dispatch()
  }

  onExit(worker: WorkerHandle): void {
    const unanswered = this.#unanswered.get(worker)
    this.#unanswered.delete(worker)
    if (unanswered) this.#queue.unshift(...unanswered.values())
    this.#workers = this.#workers.filter((other) => other !== worker)
    this.#dispatch()
  }

  /** What waits is sent at once, ahead of the order to drain; nothing is taken after that. */
  close(): void {
    while (this.#queue.length > 0 && this.#workers.length > 0)
      this.#send(
        this.#queue.shift()!,
        this.#nextWorker(() => true)!,
      )
    this.#closed = true
    this.#workers = []
    this.#dispatch()
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#nextWorker((candidate) => !this.#unanswered.get(candidate)?.size)
      if (worker) this.#send(this.#queue.shift()!, worker)
      else if (this.#closed) this.#refuse(this.#queue.shift()!.connection)
      else break
    }
    this.#watchQueue()
  }

  #nextWorker(fits: (worker: WorkerHandle) => boolean): WorkerHandle | undefined {
    for (let tried = 0; tried < this.#workers.length; tried++) {
      const worker = this.#workers[this.#turn++ % this.#workers.length]!
      if (fits(worker)) return worker
    }
    return undefined
  }

  #send(waiting: Waiting, worker: WorkerHandle): void {
    const id = this.#nextConnection++
    const unanswered = this.#unanswered.get(worker) ?? new Map<number, Waiting>()
    this.#unanswered.set(worker, unanswered.set(id, waiting))
    worker.send({ type: 'connection', key: this.#key, connection: id }, waiting.connection)
  }

  /** The oldest is first, so one timer for it is enough. */
  #watchQueue(): void {
    const oldest = this.#queue[0]
    if (!oldest || this.#timer) return
    const { queueTimeout } = this.#options
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined
        const tooOld = Date.now() - queueTimeout
        while (this.#queue[0] && this.#queue[0].since <= tooOld) this.#refuse(this.#queue.shift()!.connection)
        this.#watchQueue()
      },
      Math.max(1, oldest.since + queueTimeout - Date.now()),
    )
  }

  #refuse(connection: TransferableHandle): void {
    refuse(connection, this.#options.speaksTls())
  }
}
