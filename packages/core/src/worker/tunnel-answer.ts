import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { isLeft } from './begun.ts'
import { toBytes, type Write, type Writing } from './drain/late-writes.ts'

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

  get method(): string {
    return this.#request.method ?? ''
  }

  /** Such as `CONNECT example.com:443`. */
  get request(): string {
    return `${this.#request.method} ${this.#request.url}`
  }

  get hasBegun(): boolean {
    return this.#request.socket.bytesWritten !== this.#writtenBefore
  }

  /**
   * Calls back once: with the status that the app writes, or with `undefined`
   * if the connection closes before that. Not if it is left to a sibling.
   */
  onStatus(tell: (status: number | undefined) => void): void {
    const socket = this.#socket as unknown as Writing
    const { write, end } = socket
    let told = false
    const settle = (status: number | undefined): void => {
      if (told) return
      told = true
      // Whoever has come in between keeps what it has wrapped.
      if (socket.write === onWrite) socket.write = write
      if (socket.end === onEnd) socket.end = end
      if (!isLeft(this.#socket)) tell(status)
    }
    const look = (given: Write): void => {
      if (!told && given[0] !== undefined && typeof given[0] !== 'function') settle(statusIn(given))
    }
    const onWrite = (...given: Write): boolean => {
      look(given)
      return write.apply(socket, given)
    }
    const onEnd = (...given: Write): unknown => {
      look(given)
      return end.apply(socket, given)
    }
    Object.assign(socket, { write: onWrite, end: onEnd })
    this.#socket.once('close', () => settle(undefined))
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

/** 0 where it is no head of HTTP/1. */
function statusIn(given: Write): number {
  const head = toBytes(given)?.subarray(0, 16) ?? []
  return Number(/^HTTP\/1\.\d (\d{3})/.exec(Buffer.from(head).toString('latin1'))?.[1] ?? 0)
}
