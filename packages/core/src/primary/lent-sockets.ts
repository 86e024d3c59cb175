import type { TransferableHandle } from '../node-internals.ts'
import type { Loan } from '../protocol/messages.ts'
import type { Balancer } from './balancer.ts'
import { decideLending } from './lending.ts'
import type { WorkerHandle } from './worker-handle.ts'

/**
 * The kernel spreads connections over one listening socket per slot. The
 * primary keeps every socket and lends it to workers, who accept from it
 * themselves: no connection goes through the primary, and a queue outlives the
 * workers that served it.
 */
export class LentSockets implements Balancer {
  readonly kind = 'kernel'
  readonly #key: string
  readonly #backlog: number
  readonly #bind: () => TransferableHandle
  readonly #sockets: TransferableHandle[]
  #lent: Set<WorkerHandle>[] = []
  #closed = false

  /** @param bind makes one more socket of the same port. */
  constructor(key: string, sockets: TransferableHandle[], backlog: number, bind: () => TransferableHandle) {
    this.#key = key
    this.#sockets = sockets
    this.#backlog = backlog
    this.#bind = bind
  }

  lendAtBoot(worker: WorkerHandle): { loan: Loan; handle: TransferableHandle } {
    const socket = worker.slot
    this.#provide(socket + 1)
    const borrowers = this.#lent[socket]!
    borrowers.add(worker)
    return { loan: this.#loan(socket), handle: this.#sockets[socket]! }
  }

  update(serving: readonly WorkerHandle[], slots: number): void {
    if (this.#closed) return
    this.#provide(slots)
    const wanted = decideLending(this.#sockets.length, serving, this.#lent)
    for (const [socket, handle] of this.#sockets.entries()) {
      const before = this.#lent[socket]!
      const now = wanted[socket]!
      for (const worker of before) if (worker.state === 'booting') now.add(worker)
      for (const worker of now)
        if (!before.has(worker))
          worker.send({ type: 'lend', key: this.#key, loan: this.#loan(socket) }, handle)
      for (const worker of before)
        // One that drains gives back by itself.
        if (!now.has(worker) && worker.serving) worker.send({ type: 'take-back', key: this.#key, socket })
    }
    this.#lent = wanted
  }

  onExit(worker: WorkerHandle): void {
    for (const borrowers of this.#lent) borrowers.delete(worker)
  }

  // Never fewer than there were: closing a socket resets what waits in its queue.
  #provide(sockets: number): void {
    while (this.#sockets.length < sockets) this.#sockets.push(this.#bind())
    while (this.#lent.length < sockets) this.#lent.push(new Set())
  }

  #loan(socket: number): Loan {
    return { socket, backlog: this.#backlog }
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    // The workers' copies keep the queues until each has taken what is in it.
    for (const handle of this.#sockets) handle.close()
  }
}
