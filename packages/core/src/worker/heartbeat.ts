import type net from 'node:net'
import { type Beat, busyBeat, idleBeat } from '../protocol/messages.ts'

/**
 * Tells the primary that the main loop turns. While connections are open it
 * does so every 20 ms, so that the primary can lend the sockets of a blocked
 * worker before anyone notices; otherwise once a second. Measured on Node 24:
 * about 1 ms of CPU per second while busy.
 */
export class Heartbeat {
  readonly #beat: (beat: Beat) => void
  #connections = 0
  #timer: NodeJS.Timeout

  constructor(beat: (beat: Beat) => void) {
    this.#beat = beat
    this.#timer = this.#every(idleBeat)
  }

  /** From now on this server's connections make the beat fast. */
  watch(server: net.Server): void {
    server.prependListener('connection', (socket: net.Socket) => {
      if (this.#connections++ === 0) this.#change(busyBeat)
      socket.once('close', () => {
        if (--this.#connections === 0) this.#change(idleBeat)
      })
    })
  }

  // The beat at once: the handler of this very connection may be what blocks.
  #change(interval: number): void {
    clearInterval(this.#timer)
    this.#timer = this.#every(interval)
    this.#beat({ busy: interval === busyBeat })
  }

  #every(interval: number): NodeJS.Timeout {
    return setInterval(() => this.#beat({ busy: interval === busyBeat }), interval).unref()
  }
}
