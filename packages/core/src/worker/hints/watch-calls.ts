import type { WithMethod } from '../loaded-classes.ts'

/** After so many calls that were none, none is expected any more. */
const mostCalls = 1000

/**
 * Tells of the first call of a method that is one. From then on, the method is
 * the one that it was before, so that it costs nothing.
 *
 * @param isIt may throw: it looks at objects that can be anything.
 */
export function watchCalls<Name extends string>(
  prototype: WithMethod<Name>,
  name: Name,
  isIt: (self: object, args: readonly unknown[]) => boolean,
  found: () => void,
): void {
  const original = prototype[name]
  let left = mostCalls
  const look = (self: object, args: readonly unknown[]): void => {
    const isFound = isCall(self, args)
    if (!isFound && --left > 0) return
    left = 0
    // Somebody else may have put something around it since.
    if (prototype[name] === watching) Reflect.set(prototype, name, original)
    if (isFound) found()
  }
  const isCall = (self: object, args: readonly unknown[]): boolean => {
    try {
      return isIt(self, args)
    } catch {
      return false
    }
  }
  const watching = function (this: object, ...args: unknown[]): unknown {
    if (left > 0) look(this, args)
    return Reflect.apply(original, this, args)
  }
  // A frozen one stays as it is.
  Reflect.set(prototype, name, watching)
}
