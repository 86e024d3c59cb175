import { allOptions } from '@clustered/core/options'
import type { ProgramConfig } from '../index.cts'

/** Keys that say what to start, and how. */
const aboutTheStart = [
  'file',
  'name',
  'cwd',
  'args',
  'nodeArgs',
  'env',
  'environments',
  'envFile',
  'watch',
  'ignore',
  'logs',
  'stampLines',
  'reloadAt',
  'autostart',
] as const satisfies (keyof ProgramConfig)[]

/** The command, or the place where it stands, says these. */
const saidElsewhere = ['name', 'control', 'logger']

/** Options of the API that a file can say. */
const optionKeys: readonly string[] = allOptions
  .filter(({ path, option: { kind } }) => !path.includes('.') && (kind.read || kind.members))
  .map(({ path }) => path)
  .filter((name) => !saidElsewhere.includes(name))

export const ownKeys: ReadonlySet<string> = new Set([...aboutTheStart, ...optionKeys])

/** Those of a program that are options of the API, as they were given. */
export function optionsOf(program: ProgramConfig): Partial<ProgramConfig> {
  return Object.fromEntries(Object.entries(program).filter(([key]) => optionKeys.includes(key)))
}
