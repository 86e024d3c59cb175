import { existsSync } from 'node:fs'
import { CliError } from './errors.ts'
import { refuseSilent } from './not-responding.ts'
import { findPrograms, isRunning } from './programs.ts'
import { readRecord } from './record.ts'

/**
 * A second program of one name would have the logs and the record of the first.
 * @throws {CliError} ERR_CLUSTERED_ALREADY_RUNNING, ERR_CLUSTERED_NOT_RESPONDING
 */
export async function refuseSecond(name: string): Promise<void> {
  for (const other of await findPrograms()) {
    if (other.name !== name) continue
    refuseSilent(other)
    if (isRunning(other))
      throw new CliError(
        'ERR_CLUSTERED_ALREADY_RUNNING',
        `'${name}' runs already (pid ${other.status.pid}). For its new code: clustered reload ${name}. ` +
          'For a second one beside it, give that a --name of its own.',
      )
  }
}

/**
 * How a daemon of another folder was started would be forgotten. Where that
 * folder is gone there is nothing to forget.
 * @throws {CliError} ERR_CLUSTERED_NAME_TAKEN
 */
export function refuseTaken(name: string, folder: string): void {
  const record = readRecord(name)
  if (!record || record.cwd === folder || !existsSync(record.cwd)) return
  throw new CliError(
    'ERR_CLUSTERED_NAME_TAKEN',
    `'${name}' is the name of a daemon from ${record.cwd}, which does not run. To start that one: clustered restart ${name}. ` +
      `To forget it and its logs: clustered delete ${name}. Or give this one a --name of its own.`,
  )
}
