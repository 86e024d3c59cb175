import path from 'node:path'
import { CliError } from './errors.ts'
import { nearest } from './nearest.ts'
import { findPrograms, isRunning, type Program, type RunningProgram } from './programs.ts'

/**
 * The one program that `name` stands for: its name, its name and pid
 * (`app:4242`), its pid, or its entry file's name.
 *
 * @throws {CliError} ERR_CLUSTERED_NOTHING_RUNNING, ERR_CLUSTERED_UNKNOWN_NAME,
 * ERR_CLUSTERED_AMBIGUOUS_NAME
 */
export async function choose(name: string): Promise<Program> {
  const programs = await findPrograms()
  if (programs.length === 0) throw nothingRunning()
  for (const names of waysToName) {
    const meant = programs.filter((program) => names(program).includes(name))
    if (meant.length > 1) throw ambiguous(name, meant)
    if (meant[0]) return meant[0]
  }
  throw unknown(name, programs)
}

/** @throws {CliError} as `choose` does, and ERR_CLUSTERED_NOT_RUNNING. */
export async function chooseRunning(name: string): Promise<RunningProgram> {
  const program = await choose(name)
  if (isRunning(program)) return program
  throw new CliError(
    'ERR_CLUSTERED_NOT_RUNNING',
    `'${program.name}' does not run. To start it as it was started before: clustered restart ${program.name}`,
  )
}

/** The first way that fits anything counts. */
const waysToName: ((program: Program) => string[])[] = [
  ({ name }) => [name],
  ({ name, status }) => (status ? [`${name}:${status.pid}`, String(status.pid)] : []),
  ({ status }) => (status ? [path.basename(status.entry), path.parse(status.entry).name] : []),
]

function nothingRunning(): CliError {
  return new CliError('ERR_CLUSTERED_NOTHING_RUNNING', `Nothing runs. ${howToStart}`)
}

export const howToStart = 'To start a program: clustered start app.js (add --daemon to detach it)'

function unknown(name: string, programs: readonly Program[]): CliError {
  const names = [...new Set(programs.map((program) => program.name))]
  const near = nearest(name, names)
  return new CliError(
    'ERR_CLUSTERED_UNKNOWN_NAME',
    `There is no '${name}'. ${near ? `Is it '${near}' that you mean?` : `There is: ${names.join(', ')}.`}`,
  )
}

function ambiguous(name: string, meant: readonly Program[]): CliError {
  const choices = meant.map(({ name: its, status }) =>
    status ? `${its}:${status.pid} (${status.address})` : its,
  )
  return new CliError(
    'ERR_CLUSTERED_AMBIGUOUS_NAME',
    `${meant.length} programs are called '${name}'. Say which: ${choices.join(', ')}`,
  )
}
