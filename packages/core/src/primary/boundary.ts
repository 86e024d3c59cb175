import type { Log } from '../log.ts'
import { toWords } from '../thrown.ts'

/** How long (in ms) the same kind of failure is not reported again. */
const quiet = 60_000

/** How many kinds are remembered: messages with a number in them make a kind each. */
const mostKinds = 1000

/**
 * Between the primary and the user's code that runs in it: `env`, listeners of
 * events, the callback of `listen`. What that code throws is reported with its
 * stack, once per kind and minute, and changes nothing else.
 */
export class Boundary {
  readonly #log: Log
  readonly #reportedAt = new Map<string, number>()

  /** @param log one that does not throw; see `guarded`. */
  constructor(log: Log) {
    this.#log = log
  }

  /**
   * Runs the user's code, and reports what it throws or rejects with.
   * @param whose such as "a listener of 'close'".
   */
  run(whose: string, code: () => unknown): void {
    const onFailure = (error: unknown): void => this.report(`${whose} failed`, error)
    try {
      const result = code()
      if (isThenable(result)) result.then(undefined, onFailure)
    } catch (error) {
      onFailure(error)
    }
  }

  /** @param kind what happened: the same is said once a minute. */
  report(kind: string, error: unknown): void {
    const now = performance.now()
    if (now - (this.#reportedAt.get(kind) ?? -quiet) < quiet) return
    if (this.#reportedAt.size >= mostKinds) this.#reportedAt.clear()
    this.#reportedAt.set(kind, now)
    const [what, ...where] = toWords(error).stack.split('\n')
    this.#log.error('program:failed', `${kind}; the cluster goes on. ${what}`, {
      ...(where.length > 0 && { stack: where.join('\n') }),
    })
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  )
}
