import { setTimeout as sleep } from 'node:timers/promises'
import { announce, ownSlot } from './diagnostics.ts'
import type { LeadHook } from './hooks.ts'
import { runningClock } from './running-clock.ts'
import { settles } from './settles.ts'
import { toLine, toWords } from './thrown.ts'

/** How long (in ms) after its failure a hook is called again: the first at first, and twice as long each time. */
const [shortestPause, longestPause] = [1000, 60_000]

/** What this process does while it is the one that leads. It begins once in its life at most, and ends with the drain. */
export class Leading {
  readonly #report: (problem: string, error?: unknown) => void
  readonly #hooks: LeadHook[] = []
  readonly #running: Promise<void>[] = []
  readonly #ending = new AbortController()
  #refusal: string | undefined
  #begun = false

  /** @param report tells the log. */
  constructor(report: (problem: string, error?: unknown) => void) {
    this.#report = report
  }

  get leads(): boolean {
    return this.#begun && !this.#ending.signal.aborted
  }

  /** From now on the hook is called when this process leads: at once, if it does. */
  add(hook: LeadHook): void {
    this.#hooks.push(hook)
    if (this.leads) this.#start(hook)
    else if (this.#hooks.length === 1) this.#sayRefusal()
  }

  /** This process never leads, and whoever wants it to is told why. */
  refuse(why: string): void {
    this.#refusal = why
    if (this.#hooks.length > 0) this.#sayRefusal()
  }

  begin(): void {
    if (this.#begun || this.#refusal !== undefined || this.#ending.signal.aborted) return
    this.#begun = true
    announce('clustered:lead', () => ({ slot: ownSlot() }))
    for (const hook of this.#hooks) this.#start(hook)
  }

  /** What leads is to end now. */
  abort(): void {
    this.#ending.abort()
  }

  /** @returns whether this process has led, and everything of that has ended within `timeout` ms. */
  async end(timeout: number): Promise<boolean> {
    this.abort()
    if (!this.#begun) return false
    const ended = await settles(Promise.all(this.#running), timeout)
    if (!ended)
      this.#report(
        `onLead has not ended after ${Math.round(timeout)} ms: it is left behind. ` +
          'No other worker leads before this process is gone',
      )
    return ended
  }

  #start(hook: LeadHook): void {
    this.#running.push(this.#run(hook))
  }

  async #run(hook: LeadHook): Promise<void> {
    const { signal } = this.#ending
    const clock = runningClock()
    for (let pause = shortestPause; ; pause = Math.min(2 * pause, longestPause)) {
      const since = clock.now()
      try {
        await hook(signal)
        return
      } catch (error) {
        if (signal.aborted) return this.#failAtEnd(error)
        if (clock.now() - since >= longestPause) pause = shortestPause
        this.#report(`onLead failed: ${toLine(error)}. It is called again in ${pause} ms`, error)
      }
      await sleep(pause, undefined, { signal, ref: false }).catch(() => {})
      if (signal.aborted) return
    }
  }

  /** What waits with the signal rejects when that is aborted, and so does whoever awaits it. */
  #failAtEnd(error: unknown): void {
    if (toWords(error).name !== 'AbortError') this.#report(`onLead failed: ${toLine(error)}`, error)
  }

  #sayRefusal(): void {
    if (this.#refusal !== undefined) this.#report(this.#refusal)
  }
}
