import { closeSync, constants, openSync } from 'node:fs'
import { grace, redirect } from '../log-redirect.ts'
import type { LogTarget } from '../protocol/messages.ts'

/**
 * From now on, this process writes to the files that the primary has put in
 * place of the rotated ones.
 * @throws Node's own error: what this process writes goes on to the old file, from which the primary fetches it.
 */
export function reopenLogs(targets: readonly LogTarget[]): void {
  for (const { fd, file } of targets) {
    const before = redirect(fd, openSync(file, constants.O_WRONLY | constants.O_APPEND))
    if (before !== undefined) setTimeout(() => closeSync(before), grace).unref()
  }
}
