/** The app's own checks, in the process that runs them. */
import { toLine } from '../thrown.ts'

/**
 * Says whether something that the app needs is there: no by `false`, or by what it
 * throws or rejects with. The signal is aborted when its time is over.
 */
export type Check = (signal: AbortSignal) => unknown

/** What a check has said. */
export interface CheckResult {
  ok: boolean
  /** Why not. */
  reason?: string | undefined
  /** Milliseconds. */
  took: number
  /** When, in milliseconds since the epoch. */
  at: number
}

export type CheckResults = Record<string, CheckResult>

/** Characters of a reason: anybody's error may be of any length. */
export const longestReason = 300

export class Checks {
  readonly #checks = new Map<string, Check>()
  /** Those that have not ended, and since when. */
  readonly #running = new Map<Check, number>()
  #run: Promise<CheckResults> | undefined
  #last: { results: CheckResults; at: number } | undefined

  get names(): string[] {
    return [...this.#checks.keys()]
  }

  add(checks: Readonly<Record<string, Check>>): void {
    for (const [name, check] of Object.entries(checks)) this.#checks.set(name, check)
  }

  /** Runs each of them; whoever asks meanwhile gets the same. @param timeout in ms. Never rejects. */
  run(timeout: number): Promise<CheckResults> {
    return (this.#run ??= this.#runAll(timeout).finally(() => (this.#run = undefined)))
  }

  /** What they have said at most `maxAge` ms ago. */
  async recent(timeout: number, maxAge: number): Promise<CheckResults> {
    if (this.#checks.size === 0) return {}
    if (this.#last && performance.now() - this.#last.at < maxAge) return this.#last.results
    return this.run(timeout)
  }

  async #runAll(timeout: number): Promise<CheckResults> {
    const entries = await Promise.all(
      [...this.#checks].map(async ([name, check]) => [name, await this.#runOne(check, timeout)] as const),
    )
    const results = Object.fromEntries(entries)
    this.#last = { results, at: performance.now() }
    return results
  }

  async #runOne(check: Check, timeout: number): Promise<CheckResult> {
    const began = performance.now()
    const result = (reason?: string): CheckResult => ({
      ok: reason === undefined,
      reason,
      took: Math.round(performance.now() - began),
      at: Date.now(),
    })
    // One that ignores its signal would pile up.
    const since = this.#running.get(check)
    if (since !== undefined) return result(`it has not ended for ${Math.round(began - since)} ms`)
    this.#running.set(check, began)
    const abort = new AbortController()
    const ended = end(check, abort.signal).finally(() => this.#running.delete(check))
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<string>((resolve) => {
      timer = setTimeout(() => {
        resolve(`no answer within ${timeout} ms`)
        abort.abort(new Error(`the check has taken longer than ${timeout} ms`))
      }, timeout).unref()
    })
    const reason = await Promise.race([ended, late])
    clearTimeout(timer)
    return result(reason)
  }
}

/** @returns why it says no, if it does. */
async function end(check: Check, signal: AbortSignal): Promise<string | undefined> {
  try {
    return (await check(signal)) === false ? 'it says no (false)' : undefined
  } catch (error) {
    return toLine(error).slice(0, longestReason) || 'it has thrown'
  }
}
