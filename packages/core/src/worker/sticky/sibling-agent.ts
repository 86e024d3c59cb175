import http from 'node:http'
import net from 'node:net'

/**
 * How long (in ms) a connection to a sibling is kept idle. It ends here, where
 * nothing is lost by it, and soon, since a sibling that drains waits for it.
 */
const idleTime = 250

/** How a connection to a sibling begins: it says which of its servers is meant. */
export function preamble(key: string): string {
  return `${JSON.stringify({ key })}\n`
}

/** Connections to the private sockets of siblings, for one server. */
export class SiblingAgent extends http.Agent {
  readonly #preamble: string

  constructor(key: string, keepAlive: boolean) {
    super({ keepAlive, ...(keepAlive && { timeout: idleTime }) })
    this.#preamble = preamble(key)
  }

  override createConnection(options: http.ClientRequestArgs): net.Socket {
    const socket = net.connect({ path: options.socketPath! })
    socket.write(this.#preamble)
    return socket
  }
}
