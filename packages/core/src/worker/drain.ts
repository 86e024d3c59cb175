import net from 'node:net'
import type { Http2Session } from 'node:http2'
import type { Server as HttpServer } from 'node:http'
import { createHttpTerminator, type HttpTerminator } from 'http-terminator'
import type { TransferableHandle } from '../node-internals.ts'
import { settles } from '../settles.ts'
import { keepWhileOpen } from './keep-while-open.ts'
import { answerWithClose } from './lame-duck.ts'
import { Migration } from './migration.ts'

/**
 * The part of the drain timeout that is left to http-terminator: it closes
 * idle connections at once, and what has not ended when this is over.
 */
const terminatePart = 0.1

/** How long (in ms) connections are migrated before those still busy are told to close. */
const migrationTime = 1000

/**
 * A server that can be drained: it stops accepting, goes on answering on the
 * connections it has, lets idle ones end by themselves, and at the deadline
 * cuts what is left.
 *
 * Make it before the server has connections. Until `drain` it costs two
 * listeners per connection and nothing per request.
 */
export class DrainableServer {
  readonly #server: net.Server
  readonly #sockets = new Set<net.Socket>()
  readonly #sessions = new Set<Http2Session>()
  readonly #terminator: HttpTerminator

  /** @param timeout the longest, in ms, that a drain will take. */
  constructor(server: net.Server, timeout: number) {
    this.#server = server
    this.#terminator = createHttpTerminator({
      // It asks for no more than the events that any server of sockets has.
      server: server as HttpServer,
      gracefulTerminationTimeout: timeout * terminatePart,
    })
    keepWhileOpen(server, 'connection', this.#sockets)
    keepWhileOpen(server, 'session', this.#sessions)
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
    const migration = give && this.#migration(give)
    migration?.start()
    if (migration) setTimeout(answerWithClose, migrationTime, this.#server).unref()
    else answerWithClose(this.#server)
    for (const session of this.#sessions) session.close()

    const isClosed = await settles(closed, timeout * (1 - terminatePart))
    migration?.stop()
    if (isClosed) return
    // It rejects because the server is closed already; it did its work all the same.
    await settles(
      this.#terminator.terminate().catch(() => {}),
      timeout * terminatePart,
    )
    for (const socket of this.#sockets) socket.destroy()
  }

  #migration(give: Give): Migration | undefined {
    return Migration.fits(this.#server) ? new Migration(this.#server, this.#sockets, give) : undefined
  }
}

/** Sends a connection away, and calls `given` when this process's copy may be closed. */
export type Give = (connection: TransferableHandle, given: () => void) => void
