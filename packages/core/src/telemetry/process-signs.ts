import { type EventLoopUtilization, monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { usedMemory } from '../memory.ts'
import { UsedCpu } from './used-cpu.ts'

/** In ms. A sample says when it was taken, so that an idle loop has this delay. */
const resolution = 20

const nanosecondsPerMs = 1e6

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
  readonly #cpu = new UsedCpu()

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
    return { loopDelay, utilization, ...usedMemory(), cpu: this.#cpu.take() }
  }
}
