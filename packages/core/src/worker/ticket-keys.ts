import type * as tls from 'node:tls'
import type { ListeningServer } from '../node-internals/handles.ts'
import { onFirstSecureServer } from '../node-internals/secure-servers.ts'

interface SecureServer extends ListeningServer {
  setTicketKeys: (this: SecureServer, keys: Buffer) => void
  setSecureContext: (this: SecureServer, options: tls.TlsOptions) => void
  ticketKeys?: Buffer
  _sharedCreds?: unknown
}

/** Servers whose keys the app has chosen. */
const chosen = new WeakSet<ListeningServer>()

let sharing = false

/**
 * The keys of session tickets are the app's to choose, and else the same in
 * every worker. Node makes up new ones with each new certificate: those that
 * are in use are kept.
 *
 * @param onChosen called when the app has given a server keys, by whatever call.
 */
export function watchTicketKeys(onChosen: (server: ListeningServer) => void): void {
  const note = (server: SecureServer): void => {
    chosen.add(server)
    onChosen(server)
  }
  onFirstSecureServer((first) => {
    const server = first as SecureServer
    watchCalls(note)
    if (server.ticketKeys) note(server)
  })
}

function watchCalls(note: (server: SecureServer) => void): void {
  const { Server } = require('node:tls') as typeof import('node:tls')
  const prototype = Server.prototype as unknown as SecureServer
  const { setTicketKeys, setSecureContext } = prototype
  prototype.setTicketKeys = function (keys) {
    setTicketKeys.call(this, keys)
    if (!sharing) note(this)
  }
  prototype.setSecureContext = function (options) {
    const before = this._sharedCreds ? this._getServerData?.() : undefined
    setSecureContext.call(this, options)
    if (options.ticketKeys) note(this)
    else if (before !== undefined) shareTicketKeys(this, before)
  }
}

export function hasChosenKeys(server: ListeningServer): boolean {
  return chosen.has(server)
}

/** Gives the server the keys of the others. */
export function shareTicketKeys(server: ListeningServer, keys: unknown): void {
  sharing = true
  try {
    server._setServerData?.(keys)
  } finally {
    sharing = false
  }
}
