import type { GoodbyeSettings } from '../../goodbye-settings.ts'
import { settles } from '../../settles.ts'

/** How often (in ms) it is looked for what has begun meanwhile. */
const sweepInterval = 20

/** The part of the drain timeout that this takes at most. */
const spreadPart = 0.25

/** How long (in ms) after the last of them it is waited for clients to hear it. One that does not asks elsewhere, and begins anew. */
const patience = 1000

/** Who is to be told, and how. */
export type ToTell = ReadonlyMap<object, () => void>

/** What is said to clients that poll when this worker leaves, over time, so that they do not all come back at once. */
export class PollGoodbyes {
  readonly #find: () => ToTell
  readonly #told = new WeakSet()
  #timer: NodeJS.Timeout | undefined
  #over = (): void => {}

  /** @param find looks who is there now. */
  constructor(find: () => ToTell) {
    this.#find = find
  }

  /** Resolves when nobody is left, or when they have had the time to hear it. */
  async say(timeout: number, { perSecond }: GoodbyeSettings): Promise<void> {
    const { size } = this.#find()
    const spread = Math.min((size * 1000) / perSecond, timeout * spreadPart)
    const atOnce = spread > 0 ? Math.ceil((size * sweepInterval) / spread) : Infinity
    const over = new Promise<void>((resolve) => (this.#over = resolve))
    this.#timer = setInterval(() => this.#sweep(atOnce), sweepInterval)
    this.#sweep(atOnce)
    await settles(over, spread + Math.min(patience, timeout * spreadPart))
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #sweep(atOnce: number): void {
    const found = this.#find()
    if (found.size === 0) this.#over()
    let left = atOnce
    for (const [thing, tell] of found) {
      if (this.#told.has(thing)) continue
      if (left-- <= 0) return
      this.#told.add(thing)
      tell()
    }
  }
}
