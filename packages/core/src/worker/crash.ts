import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import { ServerResponse } from 'node:http'
import { performance } from 'node:perf_hooks'
import { types } from 'node:util'
import { interceptEmit } from '../process-emit.ts'
import { toReport } from '../thrown.ts'
import { onUncaught } from '../uncaught.ts'
import { askedFor } from './asked-for.ts'
import { leaveDomains } from './domains.ts'
import { fail, failUnlessBegun } from './fail-request.ts'
import { logs } from './own-log.ts'
import type { Answer } from './requests.ts'
import { reportAsNode } from './uncaught-report.ts'

/**
 * How long (in ms) after an error that a handler of the app has had an exit is
 * that handler's doing, though it comes from elsewhere: a callback of a logger,
 * say, that has lost the context. As long as handlers wait at most, by custom,
 * before they end the process.
 */
const aftermath = 10_000

/** An uncaught error that a handler of the app has, or has had. */
interface Handling {
  readonly error: unknown
  readonly since: number
  /** To the request that caused it, if it is known. */
  readonly answer: Answer | undefined
  logged: boolean
  told: boolean
}

export interface CrashListener {
  /** With each error that ends this process: at once or, if it is `contained`, when it has drained. */
  tell(error: unknown, contained: boolean, request: string | undefined): void
  /** The app has ended this process because of an error; it shall end when it has drained. */
  exitHeld(): void
}

/**
 * What happens to an error that nobody has caught. It is contained: it ends
 * the request that caused it, and the process when it has drained. Handlers of
 * the app are called as in Node, and what they decide holds: if they live on,
 * so does the process; if they end it, it drains before.
 */
export class Crash {
  /** The request that the code running now was started by. */
  readonly #answer = new AsyncLocalStorage<Answer>()
  /** The error of which the code running now is a consequence. */
  readonly #handling = new AsyncLocalStorage<Handling>()
  readonly #listener: CrashListener
  #containing = false
  /** The last error that a handler of the app has had. */
  #last: Handling | undefined
  #rejecting: Answer | undefined
  #crashed = false
  #leaving = false

  constructor(listener: CrashListener) {
    this.#listener = listener
    onUncaught({
      around: (handlers, error) => this.#handle(error, handlers),
      livesOn: (error, _origin, handled) => this.#livesOn(error, handled),
    })
  }

  /** Called with each request: what runs from here on is started by it. */
  readonly begin = (answer: Answer, body: EventEmitter | undefined): void => {
    this.#answer.enterWith(answer)
    if (body) this.#follow(body, answer)
  }

  /**
   * From now on such an error ends the request that caused it, with a 500, and
   * not the others: the process lives on until it ends itself.
   *
   * Per request it costs a note in the async context, and where the request
   * has a body, a look at its events.
   */
  contain(): void {
    this.#containing = true
  }

  /** Since Node 24, what a body's later parts call is not in the context of the request. */
  #follow(body: EventEmitter, answer: Answer): void {
    const emit = body.emit.bind(body) as (...args: unknown[]) => boolean
    body.emit = (...args: unknown[]) => {
      // Not `run`, whose context is gone when an error has been thrown through it.
      this.#answer.enterWith(answer)
      return emit(...args)
    }
  }

  /** The request that the code running now was started by, such as `GET /`, if it is known. */
  get request(): string | undefined {
    return requestOf(this.#answer.getStore())
  }

  /**
   * To be called before the app is loaded: from the first server on, an exit of the app is orderly.
   * @param contains whether this process will be told to `contain` errors.
   * @param last is called at the very end, with whether this process has been told to.
   */
  watchExits(contains: boolean, last: (containing: boolean) => void): void {
    interceptEmit('exit', (_args, pass) => {
      try {
        return pass()
      } finally {
        if (!this.#leaving) last(this.#containing)
      }
    })
    if (!contains) return
    interceptEmit('unhandledRejection', ([reason], pass) => {
      if (types.isProxy(reason)) this.#mayThrowInNode()
      return this.#handle(reason, pass)
    })
  }

  /** This process has drained, and ends. */
  get isLeaving(): boolean {
    return this.#leaving
  }

  /** Ends this process, which has drained. */
  exit(): never {
    this.#leaving = true
    process.exit()
  }

  /** Has the app's handlers run so that what follows from them can be told from the rest. */
  #handle(error: unknown, handlers: () => boolean): boolean {
    if (!this.#containing) return handlers()
    const handling = this.#begin(error)
    this.#last = handling
    return this.#handling.run(handling, () => logs(error, handlers, () => (handling.logged = true)))
  }

  #livesOn(error: unknown, handled: boolean): boolean {
    if (!this.#containing) {
      if (!handled) this.#listener.tell(error, false, this.request)
      return false
    }
    const handling = this.#handlingOf(error)
    const { answer } = handling
    this.#log(handling)
    if (handled) {
      if (answer) failUnlessBegun(answer)
    } else {
      this.#end(handling)
      leaveDomains()
      if (answer) fail(answer)
      reportAsNode(error)
    }
    return true
  }

  /** What a handler throws has been handled by nobody. */
  #handlingOf(error: unknown): Handling {
    const handling = this.#handling.getStore()
    if (handling && Object.is(handling.error, error)) return handling
    return this.#begin(error)
  }

  #begin(error: unknown): Handling {
    const answer = this.#answer.getStore() ?? this.#rejecting
    return { error, since: performance.now(), answer, logged: false, told: false }
  }

  /** Node looks at what a promise was rejected with, outside any context: what that throws is of the same request. */
  #mayThrowInNode(): void {
    this.#rejecting = this.#answer.getStore()
    setImmediate(() => (this.#rejecting = undefined))
  }

  #log(handling: Handling): void {
    if (!handling.logged) console.error('%s', toReport(handling.error))
    handling.logged = true
  }

  /** It drains, as soon as the primary says so. */
  #end(handling: Handling): void {
    this.#crashed = true
    if (!handling.told) this.#listener.tell(handling.error, true, requestOf(handling.answer))
    handling.told = true
  }

  /** Whether the app ends the process because of an error: others need not suffer for that. */
  holdsExit(): boolean {
    if (!this.#containing || this.#leaving) return false
    const handling = this.#handling.getStore() ?? this.#recent()
    if (!handling) return this.#crashed
    this.#log(handling)
    if (handling.answer) failUnlessBegun(handling.answer)
    this.#end(handling)
    this.#listener.exitHeld()
    return true
  }

  #recent(): Handling | undefined {
    return this.#last && performance.now() - this.#last.since < aftermath ? this.#last : undefined
  }
}

function requestOf(answer: Answer | undefined): string | undefined {
  if (!(answer instanceof ServerResponse)) return answer?.request
  return `${answer.req.method} ${askedFor(answer.req)}`
}
