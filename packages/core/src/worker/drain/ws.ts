import type * as net from 'node:net'
import { SocketFarewell } from './socket-farewell.ts'
import type { Traffic } from './traffic.ts'

/** What is used here of a WebSocket of `ws`, releases 5 to 8. */
export interface WebSocket {
  readonly readyState: number
  close(code: number): void
  _sender?: { _firstFragment?: boolean }
}

/** Service restart: the client is to come back. */
export const restartCode = 1012

const open = 1

/** The WebSocket that `ws`, whichever copy of it, keeps on the connection. */
export function webSocketOn(stream: object): WebSocket | undefined {
  for (const symbol of Object.getOwnPropertySymbols(stream))
    if (symbol.description === 'websocket') {
      const webSocket = (stream as Record<symbol, Partial<WebSocket> | undefined>)[symbol]
      if (typeof webSocket?.close === 'function') return webSocket as WebSocket
    }
  return undefined
}

/** By `ws` itself, which sends what waits before the close frame. */
export class WsFarewell extends SocketFarewell {
  readonly #webSocket: WebSocket
  /** Its turn has come: it is closed when no message is open. */
  #isDue = false

  constructor(socket: net.Socket, webSocket: WebSocket, traffic: Traffic) {
    super(socket, traffic)
    this.#webSocket = webSocket
  }

  say(isPatient: boolean): boolean {
    if (isPatient && !this.traffic.isQuiet()) return false
    if (!this.#isDue) this.#watchMessages()
    this.#isDue = true
    this.#closeIfBetween()
    return this.#webSocket.readyState !== open
  }

  #closeIfBetween(): void {
    const { readyState, _sender: sender } = this.#webSocket
    // Of a message, some frames may have been sent, and not the last one.
    if (readyState !== open || sender?._firstFragment === false) return
    try {
      this.#webSocket.close(restartCode)
    } catch {
      // What the app has put around it has thrown; it is cut with the rest.
    }
  }

  /** `ws` before 7 throws at whoever sends on a WebSocket that is closing. */
  #watchMessages(): void {
    const methods = this.#webSocket as unknown as Record<string, (...message: unknown[]) => unknown>
    for (const name of ['send', 'ping', 'pong']) {
      const send = methods[name]
      if (typeof send !== 'function') continue
      methods[name] = (...message) => {
        try {
          return Reflect.apply(send, this.#webSocket, message)
        } catch (error) {
          if (this.#webSocket.readyState === open) throw error
          return undefined
        } finally {
          this.#closeIfBetween()
        }
      }
    }
  }
}
