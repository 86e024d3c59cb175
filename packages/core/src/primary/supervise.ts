import { statSync } from 'node:fs'
import path from 'node:path'
import cluster from 'node:cluster'
import type { Cluster } from '../cluster.ts'
import { ClusteredError } from '../errors.ts'
import type { Hooks } from '../hooks.ts'
import type { ClusteredOptions } from '../options.ts'
import { resolveOptions } from '../settings.ts'
import { runtime } from '../runtime.ts'
import { makePrimary } from './primary.ts'

/** All durations are in milliseconds. Hooks are functions of the program, which is in the workers. */
export interface SuperviseOptions extends Omit<ClusteredOptions, keyof Hooks> {
  /** What the program finds in `process.argv` after its file. */
  args?: readonly string[]
  /**
   * Node's own arguments for the workers, such as `--import tsx`.
   * @default those of this process
   */
  execArgv?: readonly string[]
}

/**
 * Puts a program on every core that knows nothing of Clustered: this process
 * becomes the primary of workers that run `file`, and what their servers
 * listen at, the primary listens at for them. A worker is ready when the first
 * of its servers listens.
 *
 * @throws {ClusteredError} ERR_CLUSTERED_NO_ENTRY, ERR_CLUSTERED_BAD_OPTION,
 * ERR_CLUSTERED_SECOND_PROGRAM
 */
export function supervise(file: string, options: SuperviseOptions = {}): Cluster {
  const { args = [], execArgv = process.execArgv, ...rest } = options
  const settings = resolveOptions(rest)
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
  here.primary = makePrimary(settings, { file: entry, args, execArgv })
  here.primary.start()
  return here.primary
}
