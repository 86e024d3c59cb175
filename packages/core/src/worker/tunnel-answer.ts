import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'

const failure = [
  'HTTP/1.1 500 Internal Server Error',
  'Content-Type: text/plain',
  'Content-Length: 22',
  'Connection: close',
  '',
  'Internal Server Error\n',
].join('\r\n')

/** What follows on the connection of a CONNECT or an upgrade. */
export class TunnelAnswer {
  readonly #request: IncomingMessage
  readonly #socket: Duplex
  readonly #writtenBefore: number

  constructor(request: IncomingMessage, socket: Duplex) {
    this.#request = request
    this.#socket = socket
    this.#writtenBefore = request.socket.bytesWritten
  }

  /** Such as `CONNECT example.com:443`. */
  get request(): string {
    return `${this.#request.method} ${this.#request.url}`
  }

  get hasBegun(): boolean {
    return this.#request.socket.bytesWritten !== this.#writtenBefore
  }

  once(event: 'close', listener: () => void): void {
    this.#socket.once(event, listener)
  }

  /**
   * A 500 for one that has not been answered. A WebSocket that is open may well
   * go on after an error in one of its messages; a CONNECT ends, as an answer would.
   */
  fail(): void {
    if (this.#socket.destroyed || this.#socket.writableEnded) return
    if (!this.hasBegun) this.#socket.end(failure)
    else if (this.#request.method === 'CONNECT') this.#socket.destroy()
  }
}
