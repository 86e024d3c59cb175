import { nearest } from '@clustered/core/options'
import { CliError } from './errors.ts'
import { type Flag, flagsFor, type StartFlags } from './start-flags.ts'

/** What is for the command line itself, and is read there. */
const ofEvery = ['--json', '--help', '-h', '--version', '-v']

/**
 * Takes the flags out of a command line as they were typed: the parser of the
 * other commands takes `007` for the number 7, and a value that begins with a
 * dash for the next flag.
 * @returns them, and the rest.
 * @throws {CliError} ERR_CLUSTERED_USAGE
 */
export function readStartFlags(
  command: 'start' | 'startup',
  argv: readonly string[],
): { flags: StartFlags; rest: string[] } {
  const flags: StartFlags = { given: new Map(), nodeArgs: [], ignore: [], watch: false, daemon: false }
  const known = flagsFor(command)
  const end = argv.indexOf('--')
  const words = end < 0 ? [...argv] : argv.slice(0, end)
  const behind = argv.slice(words.length)
  const rest: string[] = []
  /** How each flag was typed. */
  const seen = new Map<Flag['take'], string>()
  while (words.length > 0) {
    const word = words.shift()!
    if (!/^-./.test(word) || ofEvery.includes(word)) {
      rest.push(word)
      continue
    }
    const { name, inline } = parts(word)
    const flag = known.find(({ names }) => names.includes(name))
    if (!flag) throw unknown(command, name, known)
    const text = valueOf(name, flag, inline, words)
    const before = seen.get(flag.take)
    if (before !== undefined && !flag.isRepeatable)
      throw usage(`${word} is given, and ${before} before it. Expected: one of them.`)
    seen.set(flag.take, word)
    flag.take(flags, { flag: name, text })
  }
  return { flags, rest: [...rest, ...behind] }
}

/** As in `--name=shop`, and in `-i2`. */
function parts(word: string): { name: string; inline: string | undefined } {
  const [, name = word, inline] = /^(--[^=]+)=([^]*)$/.exec(word) ?? /^(-[a-z])=?([^]+)$/i.exec(word) ?? []
  return { name, inline }
}

function valueOf(name: string, flag: Flag, inline: string | undefined, words: string[]): string {
  const { placeholder, implied, takesDashes } = flag
  if (placeholder === undefined) {
    if (inline !== undefined && implied !== 'true')
      throw usage(`${name} takes no value, and is given '${inline}'.`)
    return inline ?? implied ?? ''
  }
  if (inline !== undefined) return inline
  const [next] = words
  // `-1` is a number.
  if (next === undefined || (/^-\D/.test(next) && !takesDashes))
    throw usage(`${name} is given without a value. Expected: ${name} ${placeholder}`)
  return words.shift()!
}

function unknown(command: string, name: string, known: readonly Flag[]): CliError {
  const near = nearest(name, [...known.flatMap(({ names }) => names), ...ofEvery])
  return usage(
    `${name} is no flag of clustered ${command}.${near === undefined ? '' : ` Did you mean ${near}?`} ` +
      `What is for the app stands behind --. See: clustered ${command} --help`,
  )
}

function usage(message: string): CliError {
  return new CliError('ERR_CLUSTERED_USAGE', message)
}
