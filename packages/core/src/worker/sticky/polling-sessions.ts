import { settles } from '../../settles.ts'
import type { EngineClient, Engines } from './engine-io.ts'

/** How often (in ms) it is looked for sessions that began meanwhile. */
const sweepInterval = 20

/** So many are told to come back in a second, so that they do not all come at once. */
const perSecond = 200

/** The part of the drain timeout that this takes at most. */
const spreadPart = 0.25

/** How long (in ms) after the last of them it is waited for clients to hear it. One that does not asks elsewhere, and begins anew. */
const patience = 1000

/**
 * Sessions of Socket.IO whose clients poll. When this worker leaves, each is
 * closed, in the way in which a client comes back by itself: it is told so in
 * the answer to its poll, and what was to be sent to it is sent before.
 */
export class PollingSessions {
  readonly #engines: Engines
  readonly #told = new WeakSet<EngineClient>()
  #timer: NodeJS.Timeout | undefined
  #over = (): void => {}

  constructor(engines: Engines) {
    this.#engines = engines
  }

  /** Resolves when there are none, or when they have had the time for it. */
  async end(timeout: number): Promise<void> {
    const count = this.#engines.polling().length
    const spread = Math.min((count * 1000) / perSecond, timeout * spreadPart)
    const atOnce = spread > 0 ? Math.ceil((count * sweepInterval) / spread) : Infinity
    const over = new Promise<void>((resolve) => (this.#over = resolve))
    this.#timer = setInterval(() => this.#sweep(atOnce), sweepInterval)
    this.#sweep(atOnce)
    await settles(over, spread + Math.min(patience, timeout * spreadPart))
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #sweep(atOnce: number): void {
    const sessions = this.#engines.polling()
    if (sessions.length === 0) this.#over()
    for (const session of sessions.filter((each) => !this.#told.has(each)).slice(0, atOnce)) {
      this.#told.add(session)
      session.close()
    }
  }
}
