import type http from 'node:http'
import type { Socket } from 'node:net'

/** How many connections there are at once. */
const most = 256

/** For how many ms an answer may wait to be read. */
const patience = 10_000

/** How often (in ms) that is looked at. */
const interval = 1000

interface Visit {
  response?: http.ServerResponse
  /** Since when its answer is waiting to be read. */
  answeredAt?: number
}

/**
 * The connections of a server that must not cost the process much, whatever
 * they do: one that asks is preferred to one that waits, and none keeps this
 * process alive.
 */
export class Visitors {
  /** The oldest first. */
  readonly #visits = new Map<Socket, Visit>()
  #timer: NodeJS.Timeout | undefined

  constructor(server: http.Server) {
    server.on('connection', (socket) => this.#come(socket))
  }

  /** It has asked something. */
  serve({ socket }: http.IncomingMessage, response: http.ServerResponse): void {
    const visit = this.#visits.get(socket)
    if (visit) visit.response = response
  }

  /** How many are being answered. */
  get served(): number {
    let count = 0
    for (const { response } of this.#visits.values()) if (response) count++
    return count
  }

  closeAll(): void {
    for (const socket of this.#visits.keys()) this.#end(socket)
  }

  #come(socket: Socket): void {
    socket.unref()
    socket.once('close', () => this.#visits.delete(socket))
    this.#visits.set(socket, {})
    this.#timer ??= setInterval(() => this.#look(), interval).unref()
    if (this.#visits.size > most) this.#end(this.#leastNeeded())
  }

  /** The one that has been silent the longest: it may be the newest, if all others are being answered. */
  #leastNeeded(): Socket {
    for (const [socket, { response }] of this.#visits) if (!response) return socket
    return [...this.#visits.keys()].at(-1)!
  }

  #look(): void {
    const now = performance.now()
    for (const [socket, visit] of this.#visits) {
      if (!visit.response?.writableEnded) continue
      visit.answeredAt ??= now
      if (now - visit.answeredAt > patience) this.#end(socket)
    }
    if (this.#visits.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #end(socket: Socket): void {
    this.#visits.delete(socket)
    socket.destroy()
  }
}
