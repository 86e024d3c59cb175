import http from 'node:http'
import type * as net from 'node:net'
import { handleOf, type StreamHandle } from '../node-internals/handles.ts'
import { idleConnections } from '../node-internals/http1-connections.ts'
import { isPlain, isQuiet } from './movable.ts'

/** How often (in ms) connections are looked at: many are idle only for a moment. */
const sweepInterval = 5

/**
 * Gives away the connections of a plain HTTP server, each when it is between
 * two requests: what the client sends next is still in the kernel, and is read
 * by whoever has the connection then. The client notices nothing.
 *
 * Not TLS, whose keys are in this process; nor HTTP/2, nor what was upgraded;
 * nor a connection that the app has to do with itself.
 */
export class Migration {
  readonly #server: http.Server
  readonly #sockets: ReadonlySet<net.Socket>
  /** Those that the app has to do with. */
  readonly #staying = new WeakSet<net.Socket>()
  #timer: NodeJS.Timeout | undefined

  static fits(server: net.Server): server is http.Server {
    return server instanceof http.Server
  }

  /** Make it before the server has connections. */
  constructor(server: http.Server, sockets: ReadonlySet<net.Socket>) {
    this.#server = server
    this.#sockets = sockets
    server.on('connection', (socket: net.Socket) => {
      // The app has read from it: a PROXY header, say, which does not come a second time.
      if (socket.bytesRead !== 0) this.#staying.add(socket)
    })
  }

  /** Gives away all that there are, one after the other. */
  start(give: Give): void {
    this.give(Infinity, give)
    // Those that have brought nothing yet: no more of them come.
    for (const socket of this.#sockets) if (socket.bytesRead === 0) this.#giveIfMovable(socket, false, give)
    this.#timer = setInterval(() => this.give(Infinity, give), sweepInterval)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /**
   * Gives away connections that have brought requests and are between two of them now, those first that have been here
   * for longest: one that has just come because of the work that it brings is not what goes back.
   *
   * @param most how many at most.
   * @returns how many were given away.
   */
  give(most: number, give: Give): number {
    let given = 0
    const idle = new Set(idleConnections(this.#server))
    for (const socket of this.#sockets) {
      if (given >= most) break
      if (idle.has(socket) && this.#giveIfMovable(socket, true, give)) given++
    }
    return given
  }

  #giveIfMovable(socket: net.Socket, served: boolean, give: Give): boolean {
    // How many requests it has brought would not be known any more.
    if (this.#server.maxRequestsPerSocket) return false
    if (this.#staying.has(socket) || !isQuiet(socket)) return false
    if (!isPlain(socket, this.#server)) {
      this.#staying.add(socket)
      return false
    }
    const handle = detach(socket)
    give(handle, served, () => handle.close())
    return true
  }
}

/** Ends the socket here and not on the wire. */
export function detach(socket: net.Socket): StreamHandle {
  const handle = handleOf(socket)
  handle.readStop()
  // What the app logs after the answer stays known: who the client is, and how much it sent.
  void socket.remoteAddress
  const { bytesRead, bytesWritten } = handle
  const close = setImmediate
  Object.assign(socket, { _handle: { bytesRead, bytesWritten, close } })
  socket.destroy()
  return handle
}

/**
 * Sends a connection away, and calls `given` when this process's copy may be
 * closed. `served` says whether it has brought requests.
 */
export type Give = (connection: StreamHandle, served: boolean, given: () => void) => void
