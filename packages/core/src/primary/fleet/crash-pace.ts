import { backoff, stableAfter } from './backoff.ts'

/**
 * When the next worker whose error was contained may be replaced. Such a
 * worker serves until then, so that errors cost no capacity; and the more of
 * them there are, the longer they wait, across the cluster, so that boots do
 * not eat the machine.
 */
export class CrashPace {
  #replacements = 0
  #nextAt = 0

  /** By the fleet's clock. */
  get nextAt(): number {
    return this.#nextAt
  }

  /** The replacement of a worker that crashed boots. */
  begin(now: number): void {
    if (now - this.#nextAt >= stableAfter) this.#replacements = 0
    this.#nextAt = now + backoff(++this.#replacements)
  }
}
