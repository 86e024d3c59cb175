import { wrapFatalException } from './node-internals/process.ts'
import { interceptEmit } from './process-emit.ts'

/** What Node calls the origin of an error: where nobody caught it. */
type Origin = 'uncaughtException' | 'unhandledRejection'

/** What a process does with an error that nobody has caught. */
export interface UncaughtPolicy {
  /**
   * Calls the app's own handlers, if it has any, with `handlers()`; they are
   * listeners of 'uncaughtException' and 'uncaughtExceptionMonitor', and capture callbacks.
   */
  around?(handlers: () => boolean, error: unknown, origin: Origin): boolean
  /**
   * Decides, once for each error, when the app's handlers have been called.
   * An error that a handler throws comes here too, and nobody handles that;
   * one that a capture callback or a domain has taken does not: it was caught.
   *
   * @param handled the app has a handler for it: as in Node, the process lives on.
   * @returns whether the process lives on though the app has none. If not, it
   * dies as it does in plain Node, exit code, stack and all.
   */
  livesOn(error: unknown, origin: Origin, handled: boolean): boolean
}

/**
 * Takes each error that nobody has caught, and each rejection that Node makes
 * one of, without a listener: `listenerCount('uncaughtException')` is the
 * app's, and its handlers are called as in plain Node. Once per process.
 */
export function onUncaught(policy: UncaughtPolicy): void {
  /** Set while Node has an error handled: the app may emit the same events, which is its own business. */
  let events: Record<'uncaughtException' | 'uncaughtExceptionMonitor', Emission> | undefined
  const intercept =
    (name: 'uncaughtException' | 'uncaughtExceptionMonitor') =>
    (_args: readonly unknown[], pass: () => boolean): boolean =>
      events ? events[name](pass) : pass()

  /** What a handler throws is uncaught as well. */
  const orThrown = (handle: () => boolean): boolean => {
    try {
      return handle()
    } catch (thrown) {
      if (!policy.livesOn(thrown, 'uncaughtException', false)) throw thrown
      return true
    }
  }

  wrapFatalException((original) => {
    const take = (error: unknown, fromPromise: boolean, isThrownByHandler = false): boolean => {
      const origin: Origin = fromPromise ? 'unhandledRejection' : 'uncaughtException'
      let decided = false
      const ask = (handled: boolean): boolean => {
        if (decided) return handled
        decided = true
        return policy.livesOn(error, origin, handled) || handled
      }
      const handlers = (): boolean => {
        // Again, since somebody may have redefined the property.
        interceptEmit('uncaughtException', intercept('uncaughtException'))
        interceptEmit('uncaughtExceptionMonitor', intercept('uncaughtExceptionMonitor'))
        events = {
          uncaughtExceptionMonitor: orThrown,
          uncaughtException: (pass) =>
            orThrown(() => {
              events = undefined
              let handled = true
              try {
                handled = pass()
              } finally {
                handled = ask(handled)
              }
              return handled
            }),
        }
        return original(error, fromPromise)
      }
      try {
        return policy.around ? policy.around(handlers, error, origin) : handlers()
      } catch (thrown) {
        // Of a capture callback, such as an 'error' listener of a domain. Node
        // must be done with the error, or it aborts.
        ask(false)
        if (isThrownByHandler) throw thrown
        return take(thrown, false, true)
      } finally {
        events = undefined
      }
    }
    return take
  })
}

type Emission = (pass: () => boolean) => boolean
