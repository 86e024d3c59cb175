import http from 'node:http'
import type net from 'node:net'
import type { StreamHandle } from '../node-internals.ts'
import { betweenRequests, detach, isQuiet } from './idle-connections.ts'

/** How often (in ms) connections are looked at: many are idle only for a moment. */
const sweepInterval = 5

/**
 * Gives away the connections of a plain HTTP server that drains, each when it
 * is between two requests, or has not brought one yet. The client notices
 * nothing.
 *
 * Not TLS, whose keys are in this process; nor HTTP/2, nor what was upgraded.
 */
export class Migration {
  readonly #server: http.Server
  readonly #sockets: ReadonlySet<net.Socket>
  readonly #give: (connection: StreamHandle, given: () => void) => void
  #timer: NodeJS.Timeout | undefined

  static fits(server: net.Server): server is http.Server {
    return server instanceof http.Server
  }

  /** @param give sends it away and calls `given` when this process's copy may be closed. */
  constructor(
    server: http.Server,
    sockets: ReadonlySet<net.Socket>,
    give: (connection: StreamHandle, given: () => void) => void,
  ) {
    this.#server = server
    this.#sockets = sockets
    this.#give = give
  }

  start(): void {
    this.#sweep()
    this.#timer = setInterval(() => this.#sweep(), sweepInterval)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #sweep(): void {
    const fresh = [...this.#sockets].filter((socket) => socket.bytesRead === 0 && isQuiet(socket))
    for (const socket of [...fresh, ...betweenRequests(this.#server)]) {
      const connection = detach(socket)
      this.#give(connection, () => connection.close())
    }
  }
}
