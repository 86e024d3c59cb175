import { call, listenersOf } from './own-signals.ts'
import { PendingWork } from './pending-work.ts'
import { runningClock } from './running-clock.ts'
import { forgiveSecondClose } from './second-close.ts'
import { stopSignals } from './signal-names.ts'
import { toLine } from './thrown.ts'

/**
 * How long (in ms) code is waited for of which nothing is pending: what it has
 * asked of a connection that was open already leaves no trace until the answer
 * comes.
 */
const grace = 1000

/** How often (in ms) it is looked whether anything is pending. */
const interval = 20

const nothing = (): void => {}

/**
 * The app's own shutdown code: its listeners of the signals that stop a
 * process. They run when this process has answered its last request.
 */
export class ShutdownCode {
  readonly #report: (problem: string, error?: unknown) => void
  #running: Promise<void> | undefined
  #end: (() => void) | undefined

  /** @param report called with what the log shall say, and the error behind it, if there is one. */
  constructor(report: (problem: string, error?: unknown) => void) {
    this.#report = report
  }

  get isRunning(): boolean {
    return this.#end !== undefined && this.#end !== nothing
  }

  /** If it runs: the app has ended the process, and nothing is waited for any more. @returns whether it runs. */
  end(): boolean {
    this.#end?.()
    return this.#end !== undefined
  }

  /**
   * Runs the app's listeners of one signal, and waits until they have ended
   * what they began, or nothing keeps the process alive.
   *
   * @param timeout milliseconds.
   * @param reason why this process ends: the signal, if it was one.
   * @returns the same for every call.
   */
  run(timeout: number, reason: string | undefined): Promise<void> {
    return (this.#running ??= this.#run(timeout, reason))
  }

  #run(timeout: number, reason: string | undefined): Promise<void> {
    const asked = stopSignals.filter((name) => listenersOf(name).length > 0)
    const signal = asked.find((name) => name === reason) ?? asked[0]
    if (!signal) return Promise.resolve()
    return new Promise((resolve) => {
      const work = new PendingWork()
      // One after the other, with what the app's promises continue in between, and none of ours.
      setImmediate(() => this.#start(signal, timeout, work, resolve))
      setImmediate(() => work.endFirstTurn())
    })
  }

  #start(signal: NodeJS.Signals, timeout: number, work: PendingWork, ended: () => void): void {
    const clock = runningClock()
    const deadline = clock.now() + timeout
    let [quietSince, waitsFor, needsGrace] = [clock.now(), 0, false]
    const look = (): void => {
      const now = clock.now()
      const isPending = waitsFor > 0 || work.isPending
      if (isPending) quietSince = now
      if (now >= deadline && isPending)
        this.#report(
          `the app's listener of ${signal} has not ended after ${Math.round(timeout)} ms: it is left behind`,
        )
      if (now >= deadline || (!isPending && (!needsGrace || now - quietSince >= grace))) this.#end?.()
    }
    const timer = setInterval(look, interval).unref()
    const end = (): void => {
      this.#end = nothing
      clearInterval(timer)
      work.stop()
      process.off('beforeExit', end)
      process.channel?.ref()
      ended()
    }
    this.#end = end
    process.once('beforeExit', end)
    // From here on, whatever keeps this process alive is the app's.
    process.channel?.unref()
    forgiveSecondClose()
    work.start()
    for (const listener of listenersOf(signal)) {
      const running = this.#call(listener, signal)
      needsGrace ||= !running
      if (running) waitsFor++
      void running?.then(() => waitsFor--)
    }
  }

  /** @returns what is fulfilled when the promise that the listener returned is settled, if it returned one. */
  #call(
    listener: ReturnType<typeof listenersOf>[number],
    signal: NodeJS.Signals,
  ): PromiseLike<void> | undefined {
    const onFailure = (error: unknown): void =>
      this.#report(`the app's listener of ${signal} failed: ${toLine(error)}`, error)
    try {
      const returned = call(listener, signal) as PromiseLike<unknown> | undefined
      if (typeof returned?.then === 'function') return returned.then(nothing, onFailure)
    } catch (error) {
      onFailure(error)
    }
    return undefined
  }
}
