import type { GivenSocket } from '../../systemd/given-socket.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'
import type { Balancer } from './balancer.ts'
import type { HandOff } from './hand-off.ts'

/** The primary accepts from a socket of systemd's, once a worker serves, and hands each connection to the next one. */
export class LeftToSystemd implements Balancer {
  readonly kind = 'round-robin'
  readonly #socket: GivenSocket
  readonly #handOff: HandOff
  readonly #backlog: number | undefined
  #isOpen = false

  constructor(socket: GivenSocket, handOff: HandOff, backlog: number | undefined) {
    this.#socket = socket
    this.#handOff = handOff
    this.#backlog = backlog
  }

  update(serving: readonly WorkerHandle[]): void {
    if (this.#isOpen || serving.length === 0) return
    this.#isOpen = true
    this.#socket.acceptFor((connection) => this.#handOff.take(connection, false), this.#backlog)
  }

  onExit(): void {}

  /** What waits in the queue is for whoever has the socket next. */
  close(): Promise<void> {
    this.#socket.leave()
    return Promise.resolve()
  }
}
