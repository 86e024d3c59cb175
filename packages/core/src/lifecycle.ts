import type { Adapter } from './adapter.ts'
import { announce, ownSlot } from './diagnostics.ts'
import type { Hooks } from './hooks.ts'
import { Leading } from './leading.ts'
import { runningClock } from './running-clock.ts'
import { runtime } from './runtime.ts'
import { forgiveSecondClose } from './second-close.ts'
import { settles } from './settles.ts'
import { toLine, toReport } from './thrown.ts'

/** The least (in ms) that `onShutdown` and the app's own shutdown code get, however late the drain is. */
export const leastForShutdown = 1000

/** What else is to be done at the end of a process. */
interface End {
  /** Runs beside `onShutdown`, and has as many ms. */
  last?: (timeout: number) => Promise<void>
  /** Called once nothing that leads goes on here, if anything has. */
  leadOver?: () => void
  /** The one that ends the process, if one does. */
  signal?: string | undefined
}

/**
 * What a process that serves does besides serving, and in which order: the
 * app's hooks, and the work that a drain waits for.
 */
export class Lifecycle {
  readonly leading: Leading
  readonly #report: (problem: string) => void
  readonly #hooks = new Set<Hooks>()
  /** Each ends when its `onReady` has, well or not. */
  readonly #readied = new Map<Hooks, Promise<void>>()
  readonly #held = new Set<Promise<unknown>>()
  /** How the frameworks of the apps end them. */
  readonly #apps = new Map<unknown, Pick<Adapter<any>, 'accepts' | 'close'>>()
  #ending = false
  #hasClosedApps = false

  /** @param report called with what the log shall say. */
  constructor(report: (problem: string) => void) {
    this.#report = report
    this.leading = new Leading(this.report)
    for (const hook of runtime().leadHooks ?? []) this.leading.add(hook)
  }

  get isEnding(): boolean {
    return this.#ending
  }

  /** For the log. The stack of an error is for whoever repairs it. */
  readonly report = (problem: string, error?: unknown): void => {
    if (error !== undefined) console.error('%s', toReport(error))
    this.#report(problem)
  }

  /** From now on these hooks are run; twice the same ones are run once. */
  add(hooks: Hooks): void {
    if (hooks.onLead && !this.#hooks.has(hooks)) this.leading.add(hooks.onLead)
    this.#hooks.add(hooks)
  }

  /** An app that serves here, at one place or several. */
  addApp<App>(app: App, adapter: Pick<Adapter<App>, 'accepts' | 'close'>): void {
    if (!adapter.close) return
    this.#apps.set(app, adapter)
    // It was still beginning: what it has opened by now would keep a test from ending.
    if (this.#hasClosedApps) void this.#closeApps(leastForShutdown, undefined)
  }

  ready(hooks: Hooks): void {
    const { onReady } = hooks
    if (onReady && !this.#ending && !this.#readied.has(hooks))
      this.#readied.set(hooks, this.#attempt('onReady', onReady))
  }

  hold(work: Promise<unknown>): void {
    const ended = this.#attempt('held work', () => work)
    this.#held.add(ended)
    void ended.then(() => this.#held.delete(ended))
  }

  /**
   * @param timeout milliseconds for all of it, save that `onShutdown` gets its least.
   * @param drain drains the servers, within the same time.
   */
  async end(
    timeout: number,
    drain: () => Promise<unknown>,
    { last = async () => {}, leadOver = () => {}, signal }: End = {},
  ): Promise<void> {
    this.#ending = true
    announce('clustered:drain', () => ({ slot: ownSlot(), timeout }))
    const clock = runningClock()
    const deadline = clock.now() + timeout
    const left = (): number => Math.max(0, deadline - clock.now())
    const leading = this.leading.end(left()).then((isOver) => isOver && leadOver())
    await Promise.all([this.#run('onDrain', left()), leading, drain()])
    await this.#waitForHeld(left)
    forgiveSecondClose()
    await this.#closeApps(Math.max(leastForShutdown, left()), signal)
    const rest = Math.max(leastForShutdown, left())
    await Promise.all([this.#run('onShutdown', rest), last(rest)])
    announce('clustered:drained', () => ({ slot: ownSlot() }))
  }

  async #run(name: 'onDrain' | 'onShutdown', timeout: number): Promise<void> {
    await Promise.all(
      [...this.#hooks].map(async (hooks) => {
        const hook = hooks[name]
        if (!hook) return
        // What onReady begins, onDrain ends.
        const readied = name === 'onDrain' ? this.#readied.get(hooks) : undefined
        let running: string = readied ? 'onReady' : name
        const run = async (): Promise<void> => {
          if (readied) await readied
          running = name
          await this.#attempt(name, hook)
        }
        if (!(await settles(run(), timeout)))
          this.#report(`${running} has not ended after ${Math.round(timeout)} ms: it is left behind`)
      }),
    )
  }

  async #closeApps(timeout: number, signal: string | undefined): Promise<void> {
    this.#hasClosedApps = true
    const apps = [...this.#apps]
    this.#apps.clear()
    await Promise.all(
      apps.map(async ([app, adapter]) => {
        const what = `the close of ${adapter.accepts}`
        if (
          !(await settles(
            this.#attempt(what, () => adapter.close!(app, signal)),
            timeout,
          ))
        )
          this.#report(`${what} has not ended after ${Math.round(timeout)} ms: it is left behind`)
      }),
    )
  }

  /** Held work may hold more. */
  async #waitForHeld(left: () => number): Promise<void> {
    while (this.#held.size > 0 && (await settles(Promise.all(this.#held), left())));
    const { size } = this.#held
    if (size > 0)
      this.#report(
        `held work has not ended by drainTimeout: ${size} ${size === 1 ? 'promise is' : 'promises are'} left behind`,
      )
  }

  async #attempt(what: string, work: () => unknown): Promise<void> {
    try {
      await work()
    } catch (error) {
      this.report(`${what} failed: ${toLine(error)}`, error)
    }
  }
}
