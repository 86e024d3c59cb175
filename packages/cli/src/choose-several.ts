import picomatch from 'picomatch'
import { CliError } from './errors.ts'
import { choose, howToStart, unknownName } from './choose.ts'
import { asConfig } from './config/find-config.ts'
import { programsOf } from './config/programs-of.ts'
import { findPrograms, type Program } from './programs.ts'

export interface Meant {
  program: Program
  /** It was named, and did not only fit. */
  isNamed: boolean
}

const all = 'all'
const glob = /[*?[\]{}!()]/

/** Whether the words may stand for several programs: more than one word, `all`, a glob, a file that names programs. */
export function meansSeveral(words: readonly string[]): boolean {
  return (
    words.length > 1 || words.some((word) => word === all || glob.test(word) || asConfig(word) !== undefined)
  )
}

/**
 * The programs that the words stand for, each once. One word that stands for
 * none is an error, before anything is done.
 * @throws {CliError} ERR_CLUSTERED_NOTHING_RUNNING, ERR_CLUSTERED_UNKNOWN_NAME, ERR_CLUSTERED_AMBIGUOUS_NAME
 */
export async function chooseSeveral(words: readonly string[]): Promise<Meant[]> {
  const programs = await findPrograms()
  if (programs.length === 0)
    throw new CliError('ERR_CLUSTERED_NOTHING_RUNNING', `Nothing runs. ${howToStart}`)
  const meant = new Map<string, Meant>()
  const add = (program: Program, isNamed: boolean): void => {
    const key = program.client?.socket ?? program.record?.socket ?? program.name
    meant.set(key, { program, isNamed: isNamed || (meant.get(key)?.isNamed ?? false) })
  }
  for (const word of words) {
    const config = asConfig(word)
    if (config || word === all || glob.test(word)) {
      const isMatch = config ? namesOf(config) : word === all ? () => true : picomatch(word)
      const found = programs.filter(({ name }) => isMatch(name))
      if (found.length === 0) throw unknownName(word, programs)
      for (const program of found) add(program, false)
    } else add(await choose(word), true)
  }
  return [...meant.values()]
}

function namesOf(config: NonNullable<ReturnType<typeof asConfig>>): (name: string) => boolean {
  const { names } = programsOf(config, {})
  return (name) => names.includes(name)
}
