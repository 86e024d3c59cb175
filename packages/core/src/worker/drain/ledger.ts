import type { Http2Session } from 'node:http2'
import type * as net from 'node:net'
import { keepWhileOpen } from '../keep-while-open.ts'
import { isHttp2, isSecure } from '../server-kind.ts'

/**
 * The connections that a server has. All who have to do with them read it here.
 * Make it before the server has any.
 */
export class Ledger {
  readonly server: net.Server
  /** As they were accepted. */
  readonly sockets: ReadonlySet<net.Socket>
  /** As what speaks on them has them: with TLS taken off. */
  readonly streams: ReadonlySet<net.Socket>
  /** Of HTTP/2. */
  readonly sessions: ReadonlySet<Http2Session>

  constructor(server: net.Server) {
    this.server = server
    this.sockets = open<net.Socket>(server, 'connection')
    this.streams = isSecure(server) ? open<net.Socket>(server, 'secureConnection') : this.sockets
    this.sessions = isHttp2(server) ? open<Http2Session>(server, 'session') : new Set()
  }
}

function open<Thing extends net.Socket | Http2Session>(server: net.Server, event: string): Set<Thing> {
  const things = new Set<Thing>()
  keepWhileOpen(server, event, things)
  return things
}
