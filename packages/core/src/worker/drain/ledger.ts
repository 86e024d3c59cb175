import type net from 'node:net'
import { keepWhileOpen } from '../keep-while-open.ts'
import { isSecure } from '../server-kind.ts'

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

  constructor(server: net.Server) {
    this.server = server
    this.sockets = open(server, 'connection')
    this.streams = isSecure(server) ? open(server, 'secureConnection') : this.sockets
  }
}

function open(server: net.Server, event: string): Set<net.Socket> {
  const sockets = new Set<net.Socket>()
  keepWhileOpen(server, event, sockets)
  return sockets
}
