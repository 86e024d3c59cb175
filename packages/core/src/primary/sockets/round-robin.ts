import { setImmediate as nextTurn } from 'node:timers/promises'
import type { TransferableHandle } from '../../node-internals.ts'
import type { Balancer } from './balancer.ts'
import type { HandOff } from './hand-off.ts'

/** The primary accepts from its one socket, and hands each connection to the next worker. */
export class RoundRobin implements Balancer {
  readonly kind = 'round-robin'
  readonly #socket: TransferableHandle

  constructor(socket: TransferableHandle, handOff: HandOff) {
    this.#socket = socket
    socket.onconnection = (status, connection) => {
      if (status === 0) handOff.take(connection)
    }
  }

  update(): void {}

  onExit(): void {}

  close(): void {
    this.#socket.close()
  }

  /** The hand-off, which takes what waits, refuses it already. */
  async retire(): Promise<void> {
    await nextTurn()
    await nextTurn()
    this.close()
  }
}
