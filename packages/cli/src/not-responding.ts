import { CliError } from './errors.ts'
import { isStopped } from './process-identity.ts'
import type { Program, Silent } from './programs.ts'

/**
 * What does not answer is left alone.
 * @throws {CliError} ERR_CLUSTERED_NOT_RESPONDING, or ERR_CLUSTERED_BUSY if it is just being started
 */
export function refuseSilent({ name, silent }: Program): void {
  if (!silent) return
  if (silent.starts)
    throw new CliError(
      'ERR_CLUSTERED_BUSY',
      `'${name}' (pid ${silent.pid}) is just being started, and cannot be told anything yet. Try again in a moment.`,
    )
  throw new CliError(
    'ERR_CLUSTERED_NOT_RESPONDING',
    `'${name}' (pid ${silent.pid}) runs and does not respond${why(silent)}. Nothing was changed. ${whatToDo(silent)}`,
  )
}

function why({ pid, socket }: Silent): string {
  if (isStopped(pid)) return ': it is stopped'
  return socket === undefined ? ': its control socket is gone' : ''
}

/** A primary that answers signals still drains; one that is killed leaves that to its workers. */
export function whatToDo({ pid }: Silent): string {
  return isStopped(pid)
    ? `To let it go on: kill -CONT ${pid}. To end it: kill -9 ${pid}`
    : `To stop it: kill ${pid}; if that does nothing: kill -9 ${pid}`
}
