import type * as net from 'node:net'
import { keepWhileOpen } from './keep-while-open.ts'

/** Counts the connections of a server that are there to stay: those that were open at the count before. */
export class KeptConnections {
  readonly #sockets: ReadonlySet<net.Socket>
  /** Those that came after the last count. */
  readonly #young = new Set<net.Socket>()
  #moved = 0

  /** @param sockets the server's connections. */
  constructor(server: net.Server, sockets: ReadonlySet<net.Socket>) {
    this.#sockets = sockets
    keepWhileOpen(server, 'connection', this.#young)
  }

  /** The one that came last has been kept by its client before, in another worker. */
  addMoved(): void {
    this.#moved++
  }

  count(): number {
    const young = Math.max(0, this.#young.size - this.#moved)
    this.#young.clear()
    this.#moved = 0
    return this.#sockets.size - young
  }
}
