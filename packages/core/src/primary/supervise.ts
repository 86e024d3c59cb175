import { statSync } from 'node:fs'
import path from 'node:path'
import cluster from 'node:cluster'
import { badOption } from '../bad-option.ts'
import type { Cluster } from '../cluster.ts'
import { ClusteredError } from '../errors.ts'
import type { Hooks } from '../hooks.ts'
import type { ClusteredOptions } from '../options.ts'
import { fromEnvironment } from '../options/environment.ts'
import { isOfTheProgram, ofTheProgram } from '../options/of-the-program.ts'
import { sheetOf, withSheet } from '../options/sheet.ts'
import { resolveOptions, type Settings } from '../settings.ts'
import { runtime } from '../runtime.ts'
import { checkLogFiles, type LogFileOptions } from './logs/options.ts'

/** A worker that loads this package loads this file, and calls nothing of it. */
const ofPrimary = runtime().worker ? undefined : (require('./primary.js') as typeof import('./primary.ts'))

/**
 * All durations are in milliseconds. Hooks and the server are left to the
 * program, which is in the workers.
 */
export interface SuperviseOptions extends Omit<ClusteredOptions, OfTheProgram> {
  /** What the program finds in `process.argv` after its file. */
  args?: readonly string[]
  /**
   * Node's own arguments for the workers, such as `--import tsx`.
   * @default those of this process
   */
  execArgv?: readonly string[]
  /**
   * The files that this process was started with as its stdout and stderr. They
   * are rotated, for the primary and the workers: see docs/operate/logs.md.
   */
  logFiles?: LogFileOptions
}

type OfTheProgram = keyof Hooks | 'server' | 'onServer' | 'checks'

/**
 * Puts a program on every core that knows nothing of Clustered: this process
 * becomes the primary of workers that run `file`, and what their servers
 * listen at, the primary listens at for them. A worker is ready when one of its
 * servers listens and, if it follows another worker, all that the other has;
 * with `listen: false`, when it says so or has stayed up for a while.
 *
 * @throws {ClusteredError} ERR_CLUSTERED_NO_ENTRY, ERR_CLUSTERED_BAD_OPTION,
 * ERR_CLUSTERED_SECOND_PROGRAM
 */
export function supervise(file: string, options: SuperviseOptions = {}): Cluster {
  return superviseAs(file, withSheet(options, fromEnvironment(process.env)))
}

/** The same, where what the environment says is among the options, or was found to count less. */
export function superviseAs(file: string, options: SuperviseOptions): Cluster {
  const { args = [], execArgv = process.execArgv, logFiles, ...rest } = options
  for (const [name, value] of Object.entries(rest))
    if (value !== undefined && isOfTheProgram(name)) throw ofTheProgram(name, value)
  if (typeof rest.sticky === 'function')
    throw badOption(
      'sticky',
      rest.sticky,
      "'socket.io', or nothing here, and the function in the program: clustered(app, { sticky })",
      'is for code that is in the workers',
    )
  const settings: Settings = { ...resolveOptions(rest, new Map()), logFiles }
  if (logFiles) checkLogFiles(logFiles)
  const here = runtime()
  if (here.primary || cluster.isWorker)
    throw new ClusteredError(
      'ERR_CLUSTERED_SECOND_PROGRAM',
      'supervise: this process is a worker, or the primary of another program. A primary has one program; ' +
        'start a process of its own for this one.',
    )
  if (settings.workers === 0)
    throw new ClusteredError(
      'ERR_CLUSTERED_SINGLE_MODE',
      'supervise: workers is 0, and a program that is not in this process needs at least one. ' +
        'Set workers (or WEB_CONCURRENCY, or CLUSTERED_WORKERS) to 1 or more.',
    )
  const entry = path.resolve(file)
  if (!statSync(entry, { throwIfNoEntry: false }))
    throw new ClusteredError(
      'ERR_CLUSTERED_NO_ENTRY',
      `supervise: there is no file ${entry}. Give the program's file, absolute or from the working directory.`,
    )
  const primary = ofPrimary!.makePrimary({ ...settings, logFiles, isSupervised: true }, sheetOf(rest), {
    file: entry,
    args,
    execArgv,
  })
  here.primary = primary
  primary.start()
  return primary
}
