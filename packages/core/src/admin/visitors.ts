import type http from 'node:http'
import type { Socket } from 'node:net'

/** So many connections may stay, and say nothing. */
const most = 256

/** How long (in ms) one that has just come may take to ask, however many there are. */
const grace = 100

/** So many there are at once, whoever has just come. */
const mostOfAll = 1024

/** For how many ms an answer may wait to be read. */
const patience = 10_000

/** How often (in ms) that is looked at. */
const interval = 1000

interface Visit {
  readonly since: number
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
    const now = performance.now()
    this.#visits.set(socket, { since: now })
    this.#timer ??= setInterval(() => this.#look(), interval).unref()
    while (this.#visits.size > most) {
      // It may be this very one, if all others are being answered.
      const [silent, visit] = this.#longestSilent()!
      if (this.#visits.size <= mostOfAll && now - visit.since < grace) return
      this.#end(silent)
    }
  }

  #longestSilent(): [Socket, Visit] | undefined {
    for (const entry of this.#visits) if (!entry[1].response) return entry
    return undefined
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
