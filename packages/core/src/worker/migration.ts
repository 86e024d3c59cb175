import http from 'node:http'
import type net from 'node:net'
import { handleOf, responseOn, type StreamHandle } from '../node-internals.ts'

/** How often (in ms) connections are looked at: many are idle only for a moment. */
const sweepInterval = 5

/**
 * Gives away the connections of a plain HTTP server, each when it is between
 * two requests: what the client sends next is still in the kernel, and is read
 * by whoever has the connection then. The client notices nothing.
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
    for (const socket of this.#betweenRequests()) this.#detach(socket)
  }

  /** Only Node's parser knows whether part of a request has been read: it is asked which it would close. */
  #betweenRequests(): net.Socket[] {
    const idle = new Set<net.Socket>()
    for (const socket of this.#sockets) {
      if (socket.bytesRead === 0) idle.add(socket)
      socket.destroy = () => {
        idle.add(socket)
        return socket
      }
    }
    this.#server.closeIdleConnections()
    for (const socket of this.#sockets) delete (socket as { destroy?: unknown }).destroy
    return [...idle].filter(isQuiet)
  }

  #detach(socket: net.Socket): void {
    const handle = handleOf(socket)
    handle.readStop()
    handle.onread = () => {}
    // Destroying the socket without its handle ends it here and not on the wire.
    ;(socket as unknown as { _handle: null })._handle = null
    socket.destroy()
    this.#give(handle, () => handle.close())
  }
}

/** Nothing is being answered, nothing is left to be written, and the client has not hung up. */
function isQuiet(socket: net.Socket): boolean {
  const handle = handleOf(socket) as StreamHandle | null
  return (
    handle?.writeQueueSize === 0 &&
    !responseOn(socket) &&
    socket.writableLength === 0 &&
    !socket.readableEnded &&
    !socket.destroyed
  )
}
