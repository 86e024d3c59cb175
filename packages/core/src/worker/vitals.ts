import type { IncomingMessage, ServerResponse } from 'node:http'
import type net from 'node:net'
import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks'
import tls from 'node:tls'
import type { Vitals } from '../cluster.ts'
import { lostLog } from '../lost-log.ts'
import { usedMemory } from '../memory.ts'
import { keepWhileOpen } from './keep-while-open.ts'
import { Latency } from './latency.ts'

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
  readonly #delay = monitorEventLoopDelay({ resolution })
  #utilization: EventLoopUtilization = performance.eventLoopUtilization()

  constructor(tell: (vitals: Vitals) => void) {
    this.#delay.enable()
    // After the turn's timers: a block that has just ended is in the histogram by then.
    setInterval(() => setImmediate(() => tell(this.#take())), interval).unref()
  }

  watch(server: net.Server): void {
    server.prependListener('request', (_request: IncomingMessage, response: ServerResponse) =>
      this.#latency.watch(response, ++this.#requests),
    )
    const connected = server instanceof tls.Server ? 'secureConnection' : 'connection'
    keepWhileOpen(server, connected, this.#sockets)
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
      inFlight: [...this.#sockets].filter(isAnswering).length,
      requests: this.#requests,
      requestRate: ((this.#requests - requests) / elapsed) * msPerSecond,
      latency: this.#latency.take(this.#requests - requests),
      cpu: (used.user + used.system) / microsecondsPerMs / elapsed,
      lostLog: lostLog(),
    }
  }
}

function isAnswering(socket: net.Socket): boolean {
  return Boolean((socket as { _httpMessage?: ServerResponse | null })._httpMessage)
}
