/** A command that is loaded when it is given: each needs little of what all of them need. */
export function later<Given extends unknown[]>(
  load: () => Promise<(...given: Given) => unknown>,
): (...given: Given) => Promise<unknown> {
  return async (...given) => (await load())(...given)
}
