import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { usedMemory } from '../memory.ts'

/** In ms. A sample says when it was taken, so that an idle loop has this delay. */
const resolution = 20

const nanosecondsPerMs = 1e6
const microsecondsPerMs = 1e3

/** How this process is. */
export interface Signs {
  /** By how many milliseconds the event loop was late since it was looked at before. */
  loopDelay: { p50: number; p99: number }
  /** The share of that time that it was busy, from 0 to 1. */
  utilization: number
  /** In bytes, as the next. */
  rss: number
  heapUsed: number
  /** The share of one CPU that was used in that time. */
  cpu: number
}

/** Looks at this process from time to time. */
export class ProcessSigns {
  readonly #delay = monitorEventLoopDelay({ resolution })
  #utilization: EventLoopUtilization = performance.eventLoopUtilization()
  #last = { at: performance.now(), cpu: process.cpuUsage() }

  constructor() {
    this.#delay.enable()
  }

  take(): Signs {
    const since = this.#utilization
    this.#utilization = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(this.#utilization, since)
    const late = (percentile: number): number =>
      Math.max(0, this.#delay.percentile(percentile) / nanosecondsPerMs - resolution)
    const loopDelay = { p50: late(50), p99: late(99) }
    this.#delay.reset()
    const { at, cpu } = this.#last
    this.#last = { at: performance.now(), cpu: process.cpuUsage() }
    const used = (this.#last.cpu.user + this.#last.cpu.system - cpu.user - cpu.system) / microsecondsPerMs
    return { loopDelay, utilization, ...usedMemory(), cpu: used / (this.#last.at - at) }
  }
}
