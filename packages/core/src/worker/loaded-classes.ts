/** A prototype that has a method of that name itself. */
export type WithMethod<Name extends string> = Record<Name, (...args: any[]) => unknown>

/** Those of the classes that a module is, or has among its exports; none of a module that throws when it is looked at. */
export function prototypesWith<Name extends string>(exported: unknown, method: Name): WithMethod<Name>[] {
  try {
    const candidates: unknown[] = [exported, ...Object.values(exported ?? {})]
    const prototypes = candidates.map((each) => (typeof each === 'function' ? each.prototype : undefined))
    return [...new Set(prototypes as object[])].filter(
      (prototype): prototype is WithMethod<Name> =>
        typeof prototype === 'object' && prototype !== null && Object.hasOwn(prototype, method),
    )
  } catch {
    return []
  }
}
