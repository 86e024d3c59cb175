import { printError } from './print.ts'

/**
 * An answer that cannot be written (a full disk, a reader that has left) is one
 * line and exit code 1, and not a stack; what was asked for is done all the same.
 *
 * @param leave whether there is nothing left to do once the reader has left.
 */
export function takeOutputErrors(leave: boolean): void {
  let said = false
  // A library that the core brings along throws here what is not EPIPE.
  process.stdout.removeAllListeners('error')
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      if (leave) process.exit(0)
      return
    }
    if (!said) printError(error, false)
    said = true
    process.on('exit', () => (process.exitCode ||= 1))
  })
  process.stderr.removeAllListeners('error')
  process.stderr.on('error', () => {})
}
