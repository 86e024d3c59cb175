import { io, type Socket } from 'socket.io-client'
import { nodeClients } from '../support/load.ts'

/** One connection of a client to a worker, and the numbers that it has heard there. */
export interface Connection {
  /** Address and pid. */
  worker: string
  heard: number[]
  /** The close code, or the reason, of its end. */
  end?: string
}

/** A client of Socket.IO that stays, and comes back by itself. */
export class Listener {
  readonly connections: Connection[] = []
  readonly faults: string[] = []
  readonly #socket: Socket

  constructor(port: number, transport: 'websocket' | 'polling') {
    this.#socket = io(`http://127.0.0.1:${port}`, {
      transports: [transport],
      forceNew: true,
      // Keeps the proxy's cookie.
      withCredentials: true,
      reconnectionDelay: 50,
      reconnectionDelayMax: 500,
    })
    this.#socket.on('welcome', (worker: string) => this.connections.push({ worker, heard: [] }))
    this.#socket.on('said', (number: string) => this.last?.heard.push(Number(number)))
    this.#socket.on('connect_error', ({ message }) => this.faults.push(message))
    this.#socket.on('disconnect', (reason, details) => {
      const { code } = (details as { context?: { code?: number } } | undefined)?.context ?? {}
      if (this.last) this.last.end = reason === 'transport close' && code ? String(code) : reason
    })
  }

  get last(): Connection | undefined {
    return this.connections.at(-1)
  }

  get isConnected(): boolean {
    return this.#socket.connected && this.last !== undefined && this.last.end === undefined
  }

  stop(): void {
    this.#socket.disconnect()
  }
}

/** Has numbers said to all, one after the other, by whichever worker of whichever host gets the request. */
export class Speaker {
  said = 0
  readonly #port: number
  readonly #ended: Promise<void>
  #isEnding = false

  constructor(port: number) {
    this.#port = port
    this.#ended = this.#speak()
    // It is told by `stop`.
    this.#ended.catch(() => {})
  }

  async #speak(): Promise<void> {
    while (!this.#isEnding) {
      const what = { method: 'POST', path: '/say', body: Buffer.from(String(this.said + 1)) }
      const [say] = nodeClients(1, { port: this.#port }, what, false)
      await say!()
      this.said++
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
  }

  async stop(): Promise<void> {
    this.#isEnding = true
    await this.#ended
  }
}
