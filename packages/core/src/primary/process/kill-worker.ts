import type { ChildProcess } from 'node:child_process'

/**
 * Kills a worker's process. Where that is not permitted (the primary has given
 * up rights that the worker has), `ChildProcess#kill` emits an 'error' that
 * looks like one of a failed start; this says it instead, and the worker lives.
 * @returns why it could not be done, if it could not.
 */
export function killWorker({ pid, exitCode, signalCode }: ChildProcess): string | undefined {
  // Once it has been waited for, its pid may be another's.
  if (pid === undefined || exitCode !== null || signalCode !== null) return undefined
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code !== 'ESRCH')
      return `it could not be killed (${message}): it has rights that this process has not. End it: kill -9 ${pid}`
  }
  return undefined
}
