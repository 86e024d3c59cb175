import net from 'node:net'
import { settles } from '../../settles.ts'
import { Giving } from '../giving.ts'
import { KeptConnections } from '../kept-connections.ts'
import { type Give, Migration } from '../migration.ts'
import type { GoodbyeSettings } from '../../goodbye-settings.ts'
import { Goodbyes } from './goodbyes.ts'
import { Http1Drainer, isOfHttp1 } from './http1.ts'
import { Http2Drainer } from './http2.ts'
import { Ledger } from './ledger.ts'

/**
 * The part of the drain timeout in which idle connections are closed at once:
 * there is no time left for their own timeout.
 */
const terminatePart = 0.1

/** How long (in ms) connections are migrated before those still busy are told to close. */
const migrationTime = 1000

/**
 * A server that can be drained: it stops accepting, goes on answering on the
 * connections it has, lets idle ones end by themselves, says goodbye on those
 * that stay open, and at the deadline cuts what is left.
 *
 * Make it before the server has connections. Until `drain` it costs two
 * listeners per connection and nothing per request; on an upgraded connection
 * that is not of `ws`, a look at each frame that is sent.
 */
export class DrainableServer {
  readonly kept: KeptConnections
  readonly #ledger: Ledger
  readonly #http1: Http1Drainer
  readonly #http2: Http2Drainer
  readonly #goodbyes: Goodbyes
  readonly #migration: Migration | undefined

  constructor(server: net.Server) {
    this.#ledger = new Ledger(server)
    const { sockets } = this.#ledger
    this.kept = new KeptConnections(server, sockets)
    this.#http1 = new Http1Drainer(this.#ledger)
    this.#http2 = new Http2Drainer(this.#ledger)
    this.#goodbyes = new Goodbyes(this.#ledger)
    if (Migration.fits(server)) this.#migration = new Migration(server, sockets)
  }

  /**
   * @param timeout milliseconds until what is left is cut.
   * @param goodbye how goodbye is said on what stays open, if it is.
   * @param give gives a connection to another worker, if there is one.
   */
  async drain(timeout: number, goodbye: GoodbyeSettings | false, give?: Give): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      // Not `http.Server#close`: that also cuts idle connections, on which a
      // request may be on its way, and stops the header and request timeouts.
      net.Server.prototype.close.call(this.#ledger.server, () => resolve())
    })
    const migration = give && this.#migration
    if (give) migration?.start(give)
    this.#http1.start(migration ? migrationTime : 0)
    this.#http2.start(timeout, goodbye ? goodbye.perSecond : undefined)
    if (goodbye) this.#goodbyes.start(timeout, goodbye)

    const isClosed = await settles(closed, timeout * (1 - terminatePart))
    migration?.stop()
    this.#goodbyes.stop()
    if (isClosed) return
    await Promise.all([this.#http1.closeIdle(), settles(closed, timeout * terminatePart)])
    this.#destroyAll()
  }

  /** Others are to have so many of its connections. @returns whether it has such as can be given. */
  async give(count: number, give: Give): Promise<boolean> {
    const { server, sockets } = this.#ledger
    if (!this.#migration || ![...sockets].some(isOfHttp1)) return false
    await new Giving(server, sockets, this.#migration).give(count, give)
    return true
  }

  /** Stops accepting and ends every connection, whatever is on it. */
  cut(): void {
    net.Server.prototype.close.call(this.#ledger.server)
    this.#destroyAll()
  }

  #destroyAll(): void {
    for (const socket of this.#ledger.sockets) socket.destroy()
  }
}
