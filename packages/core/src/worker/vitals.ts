import { ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type * as net from 'node:net'
import type { Vitals } from '../cluster.ts'
import { lostLog } from '../lost-log.ts'
import { responseOn } from '../node-internals/http1-answers.ts'
import { keepWhileOpen } from './keep-while-open.ts'
import type { Answer } from './requests.ts'
import { isSecure } from './server-kind.ts'
import { ProcessSigns } from '../telemetry/process-signs.ts'
import type { RequestMetrics } from '../telemetry/worker/requests.ts'
import { StreamAnswer } from './stream-answer.ts'

/** How often (in ms) a worker says how it is. */
const interval = 1000

const msPerSecond = 1e3

/**
 * Tells the primary, once a second, how this worker is. A request costs one
 * counter for that, and what times it.
 */
export class VitalSigns {
  #requests = 0
  #last = { at: performance.now(), requests: 0 }
  readonly #timed: RequestMetrics | undefined
  readonly #signs = new ProcessSigns()
  readonly #sockets = new Set<net.Socket>()
  /** Of HTTP/2, that are being answered. */
  readonly #streams = new Map<ServerHttp2Stream, StreamAnswer>()
  readonly #streamEnds: () => void
  /** When what is in flight was there at first, when it was looked at. */
  readonly #seen = new WeakMap<ServerResponse | StreamAnswer, number>()

  /** @param timed times requests, if that is wanted. */
  constructor(tell: (vitals: Vitals) => void, timed: RequestMetrics | undefined) {
    this.#timed = timed
    const streams = this.#streams
    // One function for all of them.
    this.#streamEnds = function (this: unknown): void {
      const stream = this as ServerHttp2Stream
      timed?.closedStream(streams.get(stream)!)
      streams.delete(stream)
    }
    // After the turn's timers: a block that has just ended is in the histogram by then.
    setInterval(() => setImmediate(() => tell(this.#take())), interval).unref()
  }

  /** Called with each request. */
  readonly begin = (answer: Answer): void => {
    this.#requests++
    this.#timed?.begin(answer)
    // Most are, and then the next need not be looked for in the chain of prototypes.
    if (answer instanceof ServerResponse || !(answer instanceof StreamAnswer)) return
    this.#streams.set(answer.stream, answer)
    answer.once('close', this.#streamEnds)
  }

  /** From now on the server's connections are counted. */
  watch(server: net.Server): void {
    const event = isSecure(server) ? 'secureConnection' : 'connection'
    const timed = this.#timed
    const closed = timed && ((socket: net.Socket, hadError: boolean) => timed.closed(socket, hadError))
    keepWhileOpen(server, event, this.#sockets, closed)
  }

  /** The open connections, with TLS taken off. */
  get sockets(): Iterable<net.Socket> {
    return this.#sockets
  }

  /** Every request that is being answered. */
  *inFlight(): Generator<ServerResponse | StreamAnswer, void> {
    for (const socket of this.#sockets) {
      const response = responseOn(socket)
      if (response) yield response
    }
    yield* this.#streams.values()
  }

  /** For how many milliseconds at least. A request costs nothing for that: those in flight are looked at once a second. */
  ageOf(answer: ServerResponse | StreamAnswer): number {
    const seen = this.#seen.get(answer)
    return seen === undefined ? 0 : performance.now() - seen
  }

  #countInFlight(): number {
    const now = performance.now()
    let count = 0
    for (const answer of this.inFlight()) {
      count++
      if (!this.#seen.has(answer)) this.#seen.set(answer, now)
    }
    return count
  }

  #take(): Vitals {
    const { at, requests } = this.#last
    this.#last = { at: performance.now(), requests: this.#requests }
    return {
      ...this.#signs.take(),
      connections: this.#sockets.size,
      inFlight: this.#countInFlight(),
      requests: this.#requests,
      requestRate: ((this.#requests - requests) / (this.#last.at - at)) * msPerSecond,
      latency: this.#timed?.latency.take(),
      lostLog: lostLog(),
    }
  }
}
