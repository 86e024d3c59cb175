import { mostWaiting } from '../../messages/batches.ts'
import type { Clock } from '../../running-clock.ts'

/** How often (in ms) it is said at most that messages for the same worker are dropped. */
const interval = 10_000

/** Counts the messages that a worker is too slow to read, and has the log say so: at the first one, and then seldom. */
export class Drops {
  readonly #clock: Clock
  readonly #say: (problem: string) => void
  #dropped = 0
  /** Ends the time in which nothing is said. */
  #cancel: (() => void) | undefined

  constructor(clock: Clock, say: (problem: string) => void) {
    this.#clock = clock
    this.#say = say
  }

  count(): void {
    this.#dropped++
    if (!this.#cancel) this.#tell()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #tell(): void {
    this.#cancel = undefined
    if (this.#dropped === 0) return
    const dropped = this.#dropped === 1 ? '1 message for it was' : `${this.#dropped} messages for it were`
    this.#say(`${dropped} dropped: it does not read them as fast as they come, and ${mostWaiting} bytes wait`)
    this.#dropped = 0
    this.#cancel = this.#clock.after(interval, () => this.#tell())
  }
}
