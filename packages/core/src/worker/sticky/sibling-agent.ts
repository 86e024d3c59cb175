import http from 'node:http'
import net from 'node:net'

/**
 * How long (in ms) a connection to a sibling is kept idle. It ends here, where
 * nothing is lost by it, and soon, since a sibling that drains waits for it.
 */
const idleTime = 250

/** What a connection to a sibling is for: one of its servers, or a poll of this session, which it is to answer now. */
export type Preamble = { key: string } | { release: string }

/** How a connection to a sibling begins. */
export function preamble(what: Preamble): string {
  return `${JSON.stringify(what)}\n`
}

/** Connections to the private sockets of siblings, for one server. */
export class SiblingAgent extends http.Agent {
  readonly #preamble: string

  constructor(key: string, keepAlive: boolean) {
    super({ keepAlive, ...(keepAlive && { timeout: idleTime }) })
    this.#preamble = preamble({ key })
  }

  override createConnection(options: http.ClientRequestArgs): net.Socket {
    const socket = net.connect({ path: options.socketPath! })
    socket.write(this.#preamble)
    return socket
  }
}
