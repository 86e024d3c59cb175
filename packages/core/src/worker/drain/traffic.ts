import type * as net from 'node:net'

/** Whether something has come or gone on a connection lately. */
export class Traffic {
  readonly #socket: net.Socket
  readonly #quiet: number
  #bytes = -1
  #since = 0

  /** @param quiet for how long (in ms) nothing must have. */
  constructor(socket: net.Socket, quiet: number) {
    this.#socket = socket
    this.#quiet = quiet
  }

  /** To be asked again and again: it compares with the time before. */
  isQuiet(): boolean {
    const now = performance.now()
    const bytes = this.#socket.bytesRead + this.#socket.bytesWritten
    if (bytes !== this.#bytes) {
      this.#bytes = bytes
      this.#since = now
    }
    return now - this.#since >= this.#quiet
  }
}
