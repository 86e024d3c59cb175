import { sayable, variableOf } from './paths.ts'
import type { Sheet } from './sheet.ts'

type Environment = Readonly<Record<string, string | undefined>>

const variables = sayable.map(({ path, option }) => ({
  path,
  name: variableOf(path),
  read: option.kind.read!,
}))

/**
 * What variables such as `CLUSTERED_DRAIN_TIMEOUT` say. An empty one says nothing.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function fromEnvironment(environment: Environment): Sheet {
  const sheet = new Map<string, unknown>()
  for (const { path, name, read } of variables) {
    const { [name]: text } = environment
    if (text) sheet.set(path, read(name, text))
  }
  return sheet
}
