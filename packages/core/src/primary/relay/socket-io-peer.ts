import type { Worker } from 'node:cluster'
import { serialize } from 'node:v8'
import { mostWaiting } from '../../messages/batches.ts'
import type { Clock } from '../../running-clock.ts'
import { Drops } from './drops.ts'

/** As far as it is read here; a worker may send anything under that name. */
export interface AdapterMessage {
  source: string
  type: number
  /** Of the adapter that sends it; there are none in version 0.2. */
  uid?: unknown
  /** The namespace that the adapter is for. */
  nsp?: unknown
  /** Of the adapter that it answers. */
  requesterUid?: unknown
  data?: any
}

/** A worker with namespaces beyond that does not get its answers. */
const mostAdapters = 10_000

/** A worker in which there are adapters of Socket.IO, or may be. */
export class SocketIoPeer {
  /** What node:cluster calls it, by which adapters of version 0.2 know each other. */
  readonly id: number
  /** Their ids, and the namespaces that they are for. */
  readonly adapters: Map<unknown, unknown> = new Map()
  /** It has adapters of version 0.2. */
  hasV2 = false
  readonly #process: Worker['process']
  readonly #drops: Drops
  #sending = 0
  /** Of what was sent while something else was being sent, in bytes. */
  #size = 0

  constructor(worker: Worker, clock: Clock, say: (problem: string) => void) {
    this.id = worker.id
    this.#process = worker.process
    this.#drops = new Drops(clock, say)
  }

  /** What it sends says which adapters it has. */
  note({ uid, nsp }: AdapterMessage): void {
    if (uid === undefined) this.hasV2 = true
    else if (this.adapters.size < mostAdapters) this.adapters.set(uid, nsp)
  }

  send(message: AdapterMessage): void {
    if (!this.#process.connected) return
    // It reads what it is sent, as long as nothing waits: what that takes need not be known.
    const size = this.#sending > 0 ? sizeOf(message) : 0
    if (this.#size + size > mostWaiting) return this.#drops.count()
    this.#sending++
    this.#size += size
    this.#process.send(message, undefined, undefined, () => {
      this.#sending--
      this.#size -= size
    })
  }

  stop(): void {
    this.#drops.stop()
  }
}

function sizeOf(message: AdapterMessage): number {
  return serialize(message).length
}
