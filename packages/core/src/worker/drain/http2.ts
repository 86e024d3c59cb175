import type { Http2Session } from 'node:http2'
import type net from 'node:net'
import { keepWhileOpen } from '../keep-while-open.ts'
import { isHttp2 } from '../server-kind.ts'

/**
 * How long (in ms) a session of HTTP/2 that begins during the drain may begin
 * streams: its client has sent them together with the handshake.
 */
const lateSessionTime = 100

/** Says GOAWAY to every session: what has begun on it is finished, and no more begins. */
export class Http2Drainer {
  readonly #server: net.Server
  readonly #sessions = new Set<Http2Session>()

  /** Make it before the server has connections. */
  constructor(server: net.Server) {
    this.#server = server
    if (isHttp2(server)) keepWhileOpen(server, 'session', this.#sessions)
  }

  start(): void {
    for (const session of this.#sessions) session.close()
    this.#server.on('session', (session: Http2Session) => setTimeout(() => session.close(), lateSessionTime))
  }
}
