import type { TransferableHandle } from '../node-internals.ts'
import type { Balancer } from './balancer.ts'
import { refuse } from './refusal.ts'
import type { WorkerHandle } from './worker-handle.ts'

/**
 * More connections than this do not wait in the primary: each holds a file
 * descriptor, and 1,024 descriptors is a common limit for the whole process.
 */
const longestQueue = 512

interface Waiting {
  connection: TransferableHandle
  since: number
}

/**
 * The primary accepts, and hands each connection to the next worker that is
 * free. A worker is free when it has answered its last hand-off, so a blocked
 * one holds up a single connection. The primary keeps its copy of a connection
 * until a worker has taken it: a worker that dies first has not read a byte of
 * it, and another gets it.
 */
export class RoundRobin implements Balancer {
  readonly kind = 'round-robin'
  readonly #key: string
  readonly #handle: TransferableHandle
  readonly #queueTimeout: number
  readonly #speaksTls: () => boolean
  #queue: Waiting[] = []
  #workers: readonly WorkerHandle[] = []
  readonly #unanswered = new Map<WorkerHandle, Map<number, Waiting>>()
  #turn = 0
  #nextConnection = 1
  #closed = false
  #timer: NodeJS.Timeout | undefined

  constructor(key: string, handle: TransferableHandle, queueTimeout: number, speaksTls: () => boolean) {
    this.#key = key
    this.#handle = handle
    this.#queueTimeout = queueTimeout
    this.#speaksTls = speaksTls
    handle.onconnection = (status, connection) => {
      if (status === 0) this.#enqueue({ connection, since: Date.now() })
    }
  }

  update(serving: readonly WorkerHandle[]): void {
    this.#workers = serving
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

  close(): void {
    if (this.#closed) return
    this.#closed = true
    this.#handle.close()
    // The last chance: what waits is sent ahead of the order to drain, whether
    // or not the worker has answered for the one before.
    while (this.#queue.length > 0 && this.#workers.length > 0)
      this.#handOff(this.#queue.shift()!, this.#nextWorker(() => true)!)
    for (const { connection } of this.#queue) refuse(connection, this.#speaksTls())
    this.#queue = []
  }

  #enqueue(waiting: Waiting): void {
    if (this.#queue.length >= longestQueue) return refuse(waiting.connection, this.#speaksTls())
    this.#queue.push(waiting)
    this.#dispatch()
  }

  #dispatch(): void {
    while (this.#queue.length > 0) {
      const worker = this.#nextWorker((worker) => !this.#unanswered.get(worker)?.size)
      if (!worker) break
      this.#handOff(this.#queue.shift()!, worker)
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

  #handOff(waiting: Waiting, worker: WorkerHandle): void {
    const id = this.#nextConnection++
    const unanswered = this.#unanswered.get(worker) ?? new Map<number, Waiting>()
    this.#unanswered.set(worker, unanswered.set(id, waiting))
    worker.send({ type: 'connection', key: this.#key, connection: id }, waiting.connection)
  }

  /** The oldest is first, so one timer for it is enough. */
  #watchQueue(): void {
    const oldest = this.#queue[0]
    if (!oldest || this.#timer) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      const tooOld = Date.now() - this.#queueTimeout
      while (this.#queue[0] && this.#queue[0].since <= tooOld)
        refuse(this.#queue.shift()!.connection, this.#speaksTls())
      this.#watchQueue()
    }, oldest.since + this.#queueTimeout - Date.now())
  }
}
