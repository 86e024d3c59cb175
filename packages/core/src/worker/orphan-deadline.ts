import { writeSync } from 'node:fs'
import { channelDescriptor, watchdogDescriptor, type WatchdogOptions } from '../protocol/watchdog.ts'

/** How long (in ms) the main loop of an orphan may stand where `hangTimeout` is 0. */
const defaultHang = 30_000

/** How much longer (in ms) than `drainTimeout` an orphan may stay: `onShutdown` has its own time after the drain. */
const drainMargin = 5000

/**
 * When a worker whose primary is gone must end. Its main loop notices by
 * itself, drains and leaves; one that stands still, or does not come to an
 * end, would keep the port for ever.
 */
export class OrphanDeadline {
  readonly #parent: number
  readonly #hang: number
  readonly #drain: number
  #orphaned = false
  /** Since the first turn of the main loop after that, at which the drain begins; in ms. */
  #drainingFor: number | undefined

  constructor({
    parent,
    hangTimeout,
    drainTimeout,
  }: Pick<WatchdogOptions, 'parent' | 'hangTimeout' | 'drainTimeout'>) {
    this.#parent = parent
    this.#hang = hangTimeout || defaultHang
    this.#drain = drainTimeout + drainMargin
  }

  /**
   * @param elapsed milliseconds since the last call.
   * @param turned whether the main loop has turned since then.
   * @param stalledFor milliseconds for which it has not.
   * @returns why this process must end now, if it must.
   */
  advance(elapsed: number, turned: boolean, stalledFor: number): string | undefined {
    if (!this.#isOrphaned()) return undefined
    if (this.#drainingFor !== undefined) this.#drainingFor += elapsed
    else if (turned) this.#drainingFor = 0
    if (stalledFor >= this.#hang)
      return `its primary is gone, and its event loop has not turned for ${Math.round(stalledFor)} ms`
    if ((this.#drainingFor ?? 0) >= this.#drain)
      return `its primary is gone, and it still drains after ${this.#drain} ms`
    return undefined
  }

  #isOrphaned(): boolean {
    // A primary that died before this process looked who its parent is has left
    // both ends cut. One alone may be the primary's own doing.
    return (this.#orphaned ||=
      process.ppid !== this.#parent || (isCut(watchdogDescriptor) && isCut(channelDescriptor)))
  }
}

/** Writes nothing, which fails once nobody is left at the other end, or the main thread has closed this one. */
function isCut(descriptor: number): boolean {
  try {
    writeSync(descriptor, new Uint8Array(0))
    return false
  } catch (error) {
    return ['EPIPE', 'EBADF'].includes((error as NodeJS.ErrnoException).code!)
  }
}
