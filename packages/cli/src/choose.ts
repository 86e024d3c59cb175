import path from 'node:path'
import { CliError } from './errors.ts'
import { nearest } from '@clustered/core/options'
import { plain } from './plain.ts'
import { refuseSilent } from './not-responding.ts'
import { operateFor, ownersOf } from './everyone.ts'
import { findPrograms, isRunning, nameless, pidOf, type Program, type RunningProgram } from './programs.ts'

/**
 * The one program that `name` stands for: its name, its name and pid
 * (`app:4242`), its pid, or its entry file's name.
 *
 * @throws {CliError} ERR_CLUSTERED_NOTHING_RUNNING, ERR_CLUSTERED_UNKNOWN_NAME,
 * ERR_CLUSTERED_AMBIGUOUS_NAME
 */
export async function choose(name: string): Promise<Program> {
  const programs = await findPrograms()
  for (const names of waysToName) {
    const meant = programs.filter((program) => names(program).includes(name))
    if (meant.length > 1) throw ambiguous(name, meant)
    if (meant[0]) return meant[0]
  }
  const [owner, ...others] = await ownersOf((program) =>
    waysToName.some((names) => names(program).includes(name)),
  )
  if (!owner) throw programs.length === 0 ? nothingRunning() : unknownName(name, programs)
  if (others.length > 0)
    throw ofSeveral(
      name,
      [owner, ...others].map(({ user }) => user.name),
    )
  // Root operates it, with its owner's rights.
  operateFor(owner)
  return choose(name)
}

/** @throws {CliError} as `choose` does, and ERR_CLUSTERED_NOT_RESPONDING, ERR_CLUSTERED_NOT_RUNNING. */
export async function chooseRunning(name: string): Promise<RunningProgram> {
  return asRunning(await choose(name))
}

/** @throws {CliError} ERR_CLUSTERED_NOT_RESPONDING, ERR_CLUSTERED_NOT_RUNNING */
export function asRunning(program: Program): RunningProgram {
  refuseSilent(program)
  if (isRunning(program)) return program
  throw new CliError(
    'ERR_CLUSTERED_NOT_RUNNING',
    `'${program.name}' does not run. To start it as it was started before: clustered restart ${program.name}`,
  )
}

/** The first way that fits anything counts. */
const waysToName: ((program: Program) => string[])[] = [
  ({ name }) => [name],
  (program) => {
    const pid = pidOf(program)
    return pid === undefined ? [] : [`${program.name}:${pid}`, String(pid)]
  },
  ({ status }) => (status ? [path.basename(status.entry), path.parse(status.entry).name] : []),
]

function nothingRunning(): CliError {
  return new CliError('ERR_CLUSTERED_NOTHING_RUNNING', `Nothing runs. ${howToStart}`)
}

export const howToStart = 'To start a program: clustered start app.js (add --daemon to detach it)'

export function unknownName(name: string, programs: readonly Program[]): CliError {
  const names = [...new Set(programs.filter(isNamed).map((program) => program.name))]
  const near = nearest(name, names)
  const there = names.length > 0 ? ` There is: ${names.join(', ')}.` : ''
  const silent = programs.filter((program) => !isNamed(program)).map((program) => pidOf(program))
  // As typed by somebody who knows pm2.
  const ids = /^\d+$/.test(name) ? ' Programs have names here, and no ids.' : ''
  return new CliError(
    'ERR_CLUSTERED_UNKNOWN_NAME',
    `There is no '${name}'.${ids}${near ? ` Is it '${near}' that you mean?` : there}` +
      (silent.length > 0 ? ` Programs that do not respond have no name: pid ${silent.join(', ')}.` : ''),
  )
}

function isNamed({ name }: Program): boolean {
  return name !== nameless
}

function ofSeveral(name: string, users: readonly string[]): CliError {
  return new CliError(
    'ERR_CLUSTERED_AMBIGUOUS_NAME',
    `${users.length} users have a '${name}'. Say which: ${users.map((user) => `--user ${user}`).join(', ')}`,
  )
}

function ambiguous(name: string, meant: readonly Program[]): CliError {
  const choices = meant.map((program) => {
    const { name: its, status } = program
    const pid = pidOf(program)
    if (pid === undefined) return its
    return `${its}:${pid} (${status ? plain(String(status.address)) : 'not responding'})`
  })
  return new CliError(
    'ERR_CLUSTERED_AMBIGUOUS_NAME',
    `${meant.length} programs are called '${name}'. Say which: ${choices.join(', ')}`,
  )
}
