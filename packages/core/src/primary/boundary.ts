import type { Logger } from '../logger.ts'
import { toWords } from '../thrown.ts'

/** How long (in ms) the same kind of failure is not reported again. */
const quiet = 60_000

/**
 * Between the primary and the user's code that runs in it: `env`, listeners of
 * events, the callback of `listen`. What that code throws is reported with its
 * stack, once per kind and minute, and changes nothing else.
 */
export class Boundary {
  readonly #logger: Logger
  readonly #reportedAt = new Map<string, number>()

  /** @param logger one that does not throw; see `guarded`. */
  constructor(logger: Logger) {
    this.#logger = logger
  }

  /** Runs the user's code, and reports what it throws or rejects with. @param what whose code it is. */
  run(what: string, code: () => unknown): void {
    try {
      const result = code()
      if (isThenable(result)) result.then(undefined, (error: unknown) => this.report(what, error))
    } catch (error) {
      this.report(what, error)
    }
  }

  report(what: string, error: unknown): void {
    const now = performance.now()
    if (now - (this.#reportedAt.get(what) ?? -quiet) < quiet) return
    this.#reportedAt.set(what, now)
    this.#logger.error(`${what} failed, and nothing else: ${toWords(error).stack}`)
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}
