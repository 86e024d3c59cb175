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
 * A program that serves nothing says itself when it is done: it calls
 * `process.exit`, or nothing keeps it alive. What it has in hand may go on
 * where no listener of its knows of it, in a loop that looks at a flag, say.
 */
export interface OwnEnd {
  /** It has listeners of messages: then it may wait for pm2's 'shutdown'. */
  readonly awaitsMessages: () => boolean
}

/** What is called, and what the app takes that for. */
interface Request {
  asking: string
  calls: readonly (() => unknown)[]
}

/**
 * The app's own shutdown code: its listeners of the signals that stop a
 * process. They run when this process has answered its last request.
 */
export class ShutdownCode {
  readonly #report: (problem: string, error?: unknown) => void
  #running: Promise<void> | undefined
  #end: (() => void) | undefined
  readonly #ownEndOf: () => OwnEnd | undefined

  /**
   * @param report called with what the log shall say, and the error behind it, if there is one.
   * @param ownEnd if it returns one, the program itself decides when it has ended, as in plain Node.
   */
  constructor(
    report: (problem: string, error?: unknown) => void,
    ownEnd: () => OwnEnd | undefined = () => undefined,
  ) {
    this.#report = report
    this.#ownEndOf = ownEnd
  }

  get #ownEnd(): OwnEnd | undefined {
    return this.#ownEndOf()
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
    const calls = signal
      ? () => listenersOf(signal).map((listener) => () => call(listener, signal))
      : this.#ownEnd?.awaitsMessages() && (() => [() => process.emit('message', 'shutdown', undefined)])
    if (!calls) return Promise.resolve()
    const asking = signal ?? "the message 'shutdown'"
    return new Promise((resolve) => {
      const work = new PendingWork()
      // One after the other, with what the app's promises continue in between, and none of ours.
      setImmediate(() => this.#start({ asking, calls: calls() }, timeout, work, resolve))
      setImmediate(() => work.endFirstTurn())
    })
  }

  #start({ asking, calls }: Request, timeout: number, work: PendingWork, ended: () => void): void {
    const clock = runningClock()
    const deadline = clock.now() + timeout
    let [quietSince, waitsFor, needsGrace] = [clock.now(), 0, false]
    const look = (): void => {
      const now = clock.now()
      const isPending = this.#ownEnd !== undefined || waitsFor > 0 || work.isPending
      if (isPending) quietSince = now
      if (now >= deadline && isPending)
        this.#report(`${this.#whatGoesOn(asking)} after ${Math.round(timeout)} ms: it is left behind`)
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
    if (!this.#ownEnd) work.start()
    for (const each of calls) {
      const running = this.#call(each, asking)
      needsGrace ||= !running
      if (running) waitsFor++
      void running?.then(() => waitsFor--)
    }
  }

  #whatGoesOn(asking: string): string {
    if (!this.#ownEnd) return `the app's listener of ${asking} has not ended`
    const alive = [...new Set(process.getActiveResourcesInfo())].join(', ') || 'a loop that does not end'
    return `the program has been told to end by ${asking}, and has not, kept alive by ${alive},`
  }

  /** @returns what is fulfilled when the promise that the listener returned is settled, if it returned one. */
  #call(listener: () => unknown, asking: string): PromiseLike<void> | undefined {
    const onFailure = (error: unknown): void =>
      this.#report(`the app's listener of ${asking} failed: ${toLine(error)}`, error)
    try {
      const returned = listener() as PromiseLike<unknown> | undefined
      if (typeof returned?.then === 'function') return returned.then(nothing, onFailure)
    } catch (error) {
      onFailure(error)
    }
    return undefined
  }
}
