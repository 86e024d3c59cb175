import { EventEmitter } from 'node:events'
import http, { type Server as HttpServer } from 'node:http'
import type { Http2Session } from 'node:http2'
import net from 'node:net'
import { responseOn } from '../node-internals.ts'
import { settles } from '../settles.ts'
import { Giving } from './giving.ts'
import { keepWhileOpen } from './keep-while-open.ts'
import { KeptConnections } from './kept-connections.ts'
import { answerWithClose } from './lame-duck.ts'
import { type Give, Migration } from './migration.ts'
import { isHttp2, isSecure } from './server-kind.ts'

/**
 * The part of the drain timeout in which idle connections are closed at once:
 * there is no time left for their own timeout.
 */
const terminatePart = 0.1

/** How long (in ms) connections are migrated before those still busy are told to close. */
const migrationTime = 1000

/**
 * How long (in ms) a session of HTTP/2 that begins during the drain may begin
 * streams: its client has sent them together with the handshake.
 */
const lateSessionTime = 100

/**
 * A server that can be drained: it stops accepting, goes on answering on the
 * connections it has, lets idle ones end by themselves, and at the deadline
 * cuts what is left.
 *
 * Make it before the server has connections. Until `drain` it costs two
 * listeners per connection and nothing per request.
 */
export class DrainableServer {
  readonly kept: KeptConnections
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  /** Those of `#sockets` that TLS has been taken off. */
  readonly #secureSockets = new Set<net.Socket>()
  readonly #sessions = new Set<Http2Session>()
  readonly #migration: Migration | undefined

  constructor(server: net.Server) {
    this.#server = server
    this.kept = new KeptConnections(server, this.#sockets)
    keepWhileOpen(server, 'connection', this.#sockets)
    if (isSecure(server)) keepWhileOpen(server, 'secureConnection', this.#secureSockets)
    if (isHttp2(server)) keepWhileOpen(server, 'session', this.#sessions)
    if (Migration.fits(server)) this.#migration = new Migration(server, this.#sockets)
  }

  /**
   * @param timeout milliseconds until what is left is cut.
   * @param give gives a connection to another worker, if there is one.
   */
  async drain(timeout: number, give?: Give): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      // Not `http.Server#close`: that also cuts idle connections, on which a
      // request may be on its way, and stops the header and request timeouts.
      net.Server.prototype.close.call(this.#server, () => resolve())
    })
    const migration = give && this.#migration
    if (give) migration?.start(give)
    if (migration) setTimeout(answerWithClose, migrationTime, this.#server).unref()
    else answerWithClose(this.#server)
    this.#sayGoaway()

    const isClosed = await settles(closed, timeout * (1 - terminatePart))
    migration?.stop()
    if (isClosed) return
    await Promise.all([this.#closeIdle(), settles(closed, timeout * terminatePart)])
    for (const socket of this.#sockets) socket.destroy()
  }

  /** Others are to have so many of its connections. @returns whether it has such as can be given. */
  async give(count: number, give: Give): Promise<boolean> {
    if (!this.#migration || ![...this.#sockets].some(isOfHttp1)) return false
    await new Giving(this.#server, this.#sockets, this.#migration).give(count, give)
    return true
  }

  /** Stops accepting and ends every connection, whatever is on it. */
  cut(): void {
    net.Server.prototype.close.call(this.#server)
    for (const socket of this.#sockets) socket.destroy()
  }

  #sayGoaway(): void {
    for (const session of this.#sessions) session.close()
    this.#server.on('session', (session: Http2Session) => setTimeout(() => session.close(), lateSessionTime))
  }

  /**
   * It is loaded when it is needed, and given connections only: on a server it
   * would listen for requests, which turns HTTP/2 into another protocol, and in
   * answers it would set a header before the app does.
   */
  async #closeIdle(): Promise<void> {
    const sockets = new EventEmitter() as HttpServer
    sockets.close = (callback) => {
      callback?.()
      return sockets
    }
    try {
      const { createHttpTerminator } = require('http-terminator') as typeof import('http-terminator')
      const terminator = createHttpTerminator({ server: sockets, gracefulTerminationTimeout: 0 })
      const isPlain = this.#server instanceof http.Server
      for (const socket of isPlain ? this.#sockets : this.#secureSockets)
        if (isOfHttp1(socket) && !responseOn(socket))
          sockets.emit(isPlain ? 'connection' : 'secureConnection', socket)
      await terminator.terminate()
    } catch {
      // The files of a release may be gone by the time it leaves.
    }
  }
}

/** Not one of HTTP/2, nor one that has been upgraded. */
function isOfHttp1(socket: net.Socket): boolean {
  return Boolean((socket as { parser?: unknown }).parser)
}
