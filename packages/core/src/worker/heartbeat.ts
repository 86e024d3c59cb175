import type * as net from 'node:net'
import { type EventLoopUtilization, performance } from 'node:perf_hooks'
import { type Beat, beats } from '../protocol/messages.ts'
import { keepWhileOpen } from './keep-while-open.ts'

type Pace = keyof typeof beats

/** For how long (in ms) after the last connection others are expected. */
const expectFor = 1000

/**
 * Tells the primary that the main loop turns, and how busy it is. While
 * connections come it does so every 20 ms, so that the primary can lend the
 * sockets of a blocked worker before anyone notices, and spreads what comes;
 * while they are open, every 100 ms, so that it sees who has room for more;
 * otherwise once a second.
 * Seldomer where there are more than 20 workers. A beat takes some 0.3 ms of
 * CPU, in both processes together, nearly all of it in Node's channel.
 */
export class Heartbeat {
  readonly #tell: (beat: Pick<Beat, 'next' | 'utilization'>) => void
  readonly #sockets = new Set<net.Socket>()
  #pace: Pace = 'idle'
  /** When connections are not expected any more if none comes. */
  #expectUntil = 0
  #workers = 1
  #utilization: EventLoopUtilization = performance.eventLoopUtilization()
  #timer: NodeJS.Timeout

  constructor(tell: (beat: Pick<Beat, 'next' | 'utilization'>) => void) {
    this.#tell = tell
    this.#timer = this.#start()
  }

  /** From now on this server's connections make the beat faster. */
  watch(server: net.Server): void {
    keepWhileOpen(server, 'connection', this.#sockets)
    server.prependListener('connection', () => {
      this.#expectUntil = performance.now() + expectFor
      // At once: the handler of this very connection may be what blocks.
      if (this.#pace !== 'accepting') this.#change()
    })
  }

  /** How many workers there are. */
  set workers(count: number) {
    const before = this.#interval
    this.#workers = count
    if (this.#interval !== before) this.#change()
  }

  get #interval(): number {
    const { every, perWorker } = beats[this.#pace]
    return Math.min(beats.idle.every, Math.max(every, this.#workers * perWorker))
  }

  #change(): void {
    this.#pace = this.#wanted()
    clearInterval(this.#timer)
    this.#timer = this.#start()
    this.#beat()
  }

  #wanted(): Pace {
    if (performance.now() < this.#expectUntil) return 'accepting'
    return this.#sockets.size > 0 ? 'open' : 'idle'
  }

  #beat(): void {
    const since = this.#utilization
    this.#utilization = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(this.#utilization, since)
    this.#tell({ next: this.#interval, utilization })
  }

  // Slower at a beat, not at the last close: one connection after the other
  // would cost two beats each.
  #start(): NodeJS.Timeout {
    const beat = (): void => (this.#wanted() === this.#pace ? this.#beat() : this.#change())
    return setInterval(beat, this.#interval).unref()
  }
}
