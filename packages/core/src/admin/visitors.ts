import type * as http from 'node:http'
import type { Socket } from 'node:net'
import { isReserved } from '../descriptors.ts'
import { handleOf } from '../node-internals/handles.ts'

/** So many connections may stay, and say nothing. */
const most = 256

/** So many there are at once: of those that come together, the others are not let in. */
const mostOfAll = 2048

/** Descriptors of this process that it takes none of: they are for workers and their connections. */
const reserve = 256

/**
 * In so many turns of the event loop what a connection has brought has been read. One
 * that asks at once is not taken for one that waits, however many come with it.
 */
const turnsToRead = 2

/** A client that shares a busy machine asks so many ms after its connection has come. */
const timeToAsk = 250

/** For how many ms an answer may wait to be read. */
const patience = 10_000

/** How often (in ms) it is looked at who has waited for too long. */
const interval = timeToAsk

interface Visit {
  /** The turn in which it came. */
  readonly turn: number
  readonly cameAt: number
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
  /** Of the event loop, as far as somebody came in it. */
  #turn = 0
  #isTurnCounted = false

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
    const isLast = this.#visits.size >= mostOfAll || isReserved(handleOf(socket), reserve)
    if (isLast) return void socket.destroy()
    this.#visits.set(socket, { turn: this.#turn, cameAt: performance.now() })
    this.#countTurn()
    this.#timer ??= setInterval(() => this.#look(), interval).unref()
    this.#makeRoom()
  }

  #countTurn(): void {
    if (this.#isTurnCounted) return
    this.#isTurnCounted = true
    setImmediate(() => {
      this.#turn++
      this.#isTurnCounted = false
    })
  }

  /** Those that have been silent the longest go. */
  #makeRoom(): void {
    const now = performance.now()
    for (const [socket, { response, turn, cameAt }] of this.#visits) {
      if (this.#visits.size <= most) return
      if (turn > this.#turn - turnsToRead || cameAt > now - timeToAsk) return
      if (!response) this.#end(socket)
    }
  }

  #look(): void {
    const now = performance.now()
    for (const [socket, visit] of this.#visits) {
      if (!visit.response?.writableEnded) continue
      visit.answeredAt ??= now
      if (now - visit.answeredAt > patience) this.#end(socket)
    }
    this.#makeRoom()
    if (this.#visits.size > 0) return
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  #end(socket: Socket): void {
    this.#visits.delete(socket)
    socket.destroy()
  }
}
