import { emptyQueues } from '../../empty-queue.ts'
import type { TransferableHandle } from '../../node-internals/handles.ts'
import type { Balancer } from './balancer.ts'
import type { HandOff } from './hand-off.ts'

/** The primary accepts from its one socket, and hands each connection to the next worker. */
export class RoundRobin implements Balancer {
  readonly kind = 'round-robin'
  readonly #socket: TransferableHandle
  readonly #shut: boolean

  /** @param shut whether the queue may be shut before the socket is closed. */
  constructor(socket: TransferableHandle, handOff: HandOff, shut: boolean) {
    this.#socket = socket
    this.#shut = shut
    socket.onconnection = (status, connection) => {
      if (status === 0) handOff.take(connection, false)
    }
  }

  update(): void {}

  onExit(): void {}

  async close(): Promise<void> {
    await emptyQueues([this.#socket], { shut: this.#shut })
    this.#socket.close()
  }
}
