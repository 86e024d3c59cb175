import type { TransferableHandle } from '../node-internals.ts'
import type { Loan, SocketName } from '../protocol/messages.ts'
import { hasRoomFor } from './overflow.ts'

/**
 * What a worker's server holds in place of a listening socket of its own. To
 * the server it is one: `listening`, `address()`, 'listening', `maxConnections`
 * and `close()` behave. Connections come in from whatever feeds it: sockets the
 * primary has lent, and connections it hands off.
 */
export class ListeningHandle implements TransferableHandle {
  /** Set by `net.Server` when it begins to listen. */
  onconnection: TransferableHandle['onconnection']
  getsockname?: (out: object) => number
  readonly #lent = new Map<number, TransferableHandle>()
  readonly #events: ListeningHandleEvents

  constructor(socketName: SocketName, events: ListeningHandleEvents) {
    this.#events = events
    // Its absence is how `server.address()` knows a unix socket.
    if (socketName)
      this.getsockname = (out) => {
        Object.assign(out, socketName)
        return 0
      }
  }

  /** Called by `net.Server`; from here on connections may come. */
  listen(): number {
    this.#events.listening()
    return 0
  }

  /** Called by `net.Server#close`: nothing more is accepted. The sockets live on in the primary. */
  close(): void {
    for (const socket of this.#lent.keys()) this.takeBack(socket)
    this.onconnection = undefined
    this.#events.closed()
  }

  // The channel to the primary keeps a worker alive, as it does in node:cluster.
  ref(): void {}
  unref(): void {}

  /** @returns whether the connection was taken. */
  accept(connection: TransferableHandle): boolean {
    this.onconnection?.(0, connection)
    return this.onconnection !== undefined
  }

  /** Accepts from a listening socket as well. @returns 0, or the system's error number. */
  borrow({ socket, backlog }: Loan, handle: TransferableHandle): number {
    handle.onconnection = (status, connection) => {
      // The server would emit 'error', and end the process of whoever has no listener, because a descriptor was missing.
      if (status !== 0) return
      if (hasRoomFor(connection)) this.onconnection?.(status, connection)
      else this.#events.full(connection)
    }
    this.#lent.set(socket, handle)
    const failure = handle.listen(backlog)
    if (failure !== 0) this.takeBack(socket)
    return failure
  }

  takeBack(socket: number): void {
    this.#lent.get(socket)?.close()
    this.#lent.delete(socket)
  }
}

interface ListeningHandleEvents {
  /** A connection for which this process has no room. */
  full(connection: TransferableHandle): void
  listening(): void
  closed(): void
}
