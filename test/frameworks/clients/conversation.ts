import { once } from 'node:events'
import net from 'node:net'
import { hangTimeout } from '../../support/load.ts'

/** One connection, on which bytes are awaited one piece after the other. */
export class Conversation {
  readonly #socket: net.Socket
  #bytes = Buffer.alloc(0)
  #error: Error | undefined

  static async open(port: number): Promise<Conversation> {
    const socket = net.connect({ host: '127.0.0.1', port })
    await once(socket, 'connect')
    return new Conversation(socket)
  }

  private constructor(socket: net.Socket) {
    this.#socket = socket
    socket.setTimeout(hangTimeout, () => socket.destroy(new Error('hung')))
    socket.on('data', (bytes) => (this.#bytes = Buffer.concat([this.#bytes, bytes])))
    socket.on('error', (error) => (this.#error = error))
  }

  send(bytes: Uint8Array | string): void {
    this.#socket.write(bytes)
  }

  /** Waits until `look` finds something in what has come. */
  async until<T>(look: (bytes: Buffer) => T | undefined): Promise<T> {
    for (;;) {
      const found = look(this.#bytes)
      if (found !== undefined) return found
      if (this.#socket.readableEnded || this.#socket.destroyed)
        throw this.#error ?? new Error('closed before the answer')
      const heard = new AbortController()
      await Promise.race(
        ['data', 'end', 'close'].map((name) => once(this.#socket, name, { signal: heard.signal })),
      ).catch(() => {})
      heard.abort()
    }
  }

  forget(length: number): void {
    this.#bytes = this.#bytes.subarray(length)
  }

  end(): void {
    this.#socket.end()
  }
}
