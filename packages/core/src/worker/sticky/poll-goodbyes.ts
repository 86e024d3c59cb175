import type { GoodbyeSettings } from '../../goodbye-settings.ts'
import { settles } from '../../settles.ts'
import { Turns } from '../drain/turns.ts'

/** How often (in ms) it is looked for what has begun meanwhile. */
const sweepInterval = 20

/** How long after the last of them it is waited for clients to hear it: a part of the drain timeout, and in ms. One that does not asks elsewhere, and begins anew. */
const patience = { part: 0.25, most: 1000 }

/** Who is to be told, and how. */
export type ToTell = ReadonlyMap<object, () => void>

/** What is said to clients that poll when this worker leaves, over time, so that they do not all come back at once. */
export class PollGoodbyes {
  readonly #find: () => ToTell
  /** When each has its turn; Infinity once it has been told. */
  readonly #turns = new WeakMap<object, number>()
  #timer: NodeJS.Timeout | undefined
  #over = (): void => {}

  /** @param find looks who is there now. */
  constructor(find: () => ToTell) {
    this.#find = find
  }

  /** Resolves when nobody is left, or when they have had the time to hear it. */
  async say(timeout: number, { perSecond }: GoodbyeSettings): Promise<void> {
    const turns = new Turns(this.#find().size, perSecond, timeout, performance.now())
    const over = new Promise<void>((resolve) => (this.#over = resolve))
    this.#timer = setInterval(() => this.#sweep(turns), sweepInterval)
    this.#sweep(turns)
    await settles(over, turns.duration + Math.min(patience.most, timeout * patience.part))
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #sweep(turns: Turns): void {
    const now = performance.now()
    const found = this.#find()
    if (found.size === 0) this.#over()
    for (const [thing, tell] of found) {
      const turn = this.#turns.get(thing) ?? turns.take(now)
      this.#turns.set(thing, turn <= now ? Infinity : turn)
      if (turn <= now) tell()
    }
  }
}
