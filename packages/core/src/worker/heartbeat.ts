import type net from 'node:net'
import { type EventLoopUtilization, performance } from 'node:perf_hooks'
import { type Beat, busyBeat, busyBeatPerWorker, idleBeat } from '../protocol/messages.ts'
import { keepWhileOpen } from './keep-while-open.ts'

/**
 * Tells the primary that the main loop turns, and how busy it is. While
 * connections are open it does so every 20 ms, or, where there are more than 20
 * workers, every ms per worker. So the primary can lend the sockets of a blocked
 * worker before anyone notices, and sees who has room for more. Otherwise once a
 * second. Measured on Node 24: about 1 ms of CPU per second while busy.
 */
export class Heartbeat {
  readonly #tell: (beat: Omit<Beat, 'open'>) => void
  readonly #sockets = new Set<net.Socket>()
  #busy = false
  #busyBeat = busyBeat
  #utilization: EventLoopUtilization = performance.eventLoopUtilization()
  #timer: NodeJS.Timeout

  constructor(tell: (beat: Omit<Beat, 'open'>) => void) {
    this.#tell = tell
    this.#timer = this.#start()
  }

  /** From now on this server's connections make the beat fast. */
  watch(server: net.Server): void {
    keepWhileOpen(server, 'connection', this.#sockets)
    server.prependListener('connection', () => {
      // At once: the handler of this very connection may be what blocks.
      if (!this.#busy) this.#change(true)
    })
  }

  /** How many workers there are. */
  set workers(count: number) {
    const before = this.#busyBeat
    this.#busyBeat = Math.min(idleBeat, Math.max(busyBeat, count * busyBeatPerWorker))
    if (this.#busy && this.#busyBeat !== before) this.#change(true)
  }

  #change(busy: boolean): void {
    this.#busy = busy
    clearInterval(this.#timer)
    this.#timer = this.#start()
    this.#beat(busy)
  }

  #beat(busy: boolean): void {
    const since = this.#utilization
    this.#utilization = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(this.#utilization, since)
    this.#tell({ next: busy ? this.#busyBeat : idleBeat, utilization })
  }

  // Slow again at a beat, not at the last close: one connection after the other
  // would cost two beats each.
  #start(): NodeJS.Timeout {
    const busy = this.#busy
    const beat = (): void => (busy && this.#sockets.size === 0 ? this.#change(false) : this.#beat(busy))
    return setInterval(beat, busy ? this.#busyBeat : idleBeat).unref()
  }
}
