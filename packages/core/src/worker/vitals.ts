import type { ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type net from 'node:net'
import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { Vitals } from '../cluster.ts'
import { lostLog } from '../lost-log.ts'
import { usedMemory } from '../memory.ts'
import { responseOn } from '../node-internals/http1-answers.ts'
import { keepWhileOpen } from './keep-while-open.ts'
import { Latency } from './latency.ts'
import type { Answer } from './requests.ts'
import { isSecure } from './server-kind.ts'
import { StreamAnswer } from './stream-answer.ts'

/** How often (in ms) a worker says how it is. */
const interval = 1000

/** In ms. A sample says when it was taken, so that an idle loop has this delay. */
const resolution = 20

const nanosecondsPerMs = 1e6
const microsecondsPerMs = 1e3
const msPerSecond = 1e3

/**
 * Tells the primary, once a second, how this worker is. A request costs one
 * counter for that.
 */
export class VitalSigns {
  #requests = 0
  #last = { at: performance.now(), requests: 0, cpu: process.cpuUsage() }
  readonly #latency = new Latency()
  readonly #sockets = new Set<net.Socket>()
  /** Of HTTP/2, that are being answered. */
  readonly #streams = new Map<ServerHttp2Stream, StreamAnswer>()
  readonly #streamEnds: () => void
  /** When what is in flight was there at first, when it was looked at. */
  readonly #seen = new WeakMap<ServerResponse | StreamAnswer, number>()
  readonly #delay = monitorEventLoopDelay({ resolution })
  #utilization: EventLoopUtilization = performance.eventLoopUtilization()

  constructor(tell: (vitals: Vitals) => void) {
    this.#delay.enable()
    const streams = this.#streams
    // One function for all of them.
    this.#streamEnds = function (this: unknown): void {
      streams.delete(this as ServerHttp2Stream)
    }
    // After the turn's timers: a block that has just ended is in the histogram by then.
    setInterval(() => setImmediate(() => tell(this.#take())), interval).unref()
  }

  /** Called with each request. */
  readonly begin = (answer: Answer): void => {
    this.#latency.watch(answer, ++this.#requests)
    if (!(answer instanceof StreamAnswer)) return
    this.#streams.set(answer.stream, answer)
    answer.once('close', this.#streamEnds)
  }

  /** From now on the server's connections are counted. */
  watch(server: net.Server): void {
    keepWhileOpen(server, isSecure(server) ? 'secureConnection' : 'connection', this.#sockets)
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
    const { rss, heapUsed } = usedMemory()
    const since = this.#utilization
    this.#utilization = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(this.#utilization, since)
    const late = (percentile: number): number =>
      Math.max(0, this.#delay.percentile(percentile) / nanosecondsPerMs - resolution)
    const loopDelay = { p50: late(50), p99: late(99) }
    this.#delay.reset()
    const { at, requests, cpu } = this.#last
    this.#last = { at: performance.now(), requests: this.#requests, cpu: process.cpuUsage() }
    const elapsed = this.#last.at - at
    const used = process.cpuUsage(cpu)
    return {
      loopDelay,
      utilization,
      rss,
      heapUsed,
      connections: this.#sockets.size,
      inFlight: this.#countInFlight(),
      requests: this.#requests,
      requestRate: ((this.#requests - requests) / elapsed) * msPerSecond,
      latency: this.#latency.take(this.#requests - requests),
      cpu: (used.user + used.system) / microsecondsPerMs / elapsed,
      lostLog: lostLog(),
    }
  }
}
