import { nearest } from './nearest.ts'
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

const prefix = 'CLUSTERED_'

/** What Clustered tells its own processes by. */
const others = ['CLUSTERED_BRIEFING', 'CLUSTERED_DAEMON', 'CLUSTERED_SLOT']

/** Variables that say nothing to anybody, by the names that were probably meant. */
export function misspelt(environment: Environment): [name: string, meant: string][] {
  const known = variables.map(({ name }) => name.slice(prefix.length))
  return Object.keys(environment).flatMap((name): [string, string][] => {
    const word = name.slice(prefix.length)
    if (!name.startsWith(prefix) || known.includes(word) || others.includes(name)) return []
    const meant = nearest(word, known)
    return meant === undefined ? [] : [[name, prefix + meant]]
  })
}
