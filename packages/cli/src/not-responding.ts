import { CliError } from './errors.ts'
import { isStopped } from './process-identity.ts'
import type { Program, Silent } from './programs.ts'

/** @throws {CliError} ERR_CLUSTERED_NOT_RESPONDING if it runs and does not answer: nothing is done to it then. */
export function refuseSilent({ name, silent }: Program): void {
  if (!silent) return
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
