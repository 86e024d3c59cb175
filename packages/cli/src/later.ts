const loads: (() => Promise<unknown>)[] = []

/** A command that is loaded when it is given: each needs little of what all of them need. */
export function later<Given extends unknown[]>(
  load: () => Promise<(...given: Given) => unknown>,
): (...given: Given) => Promise<unknown> {
  loads.push(load)
  return async (...given) => (await load())(...given)
}

/** Every one of them. */
export async function loadAll(): Promise<void> {
  await Promise.all(loads.map((load) => load()))
}
