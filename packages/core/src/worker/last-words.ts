import type { LastWords } from '../protocol/messages.ts'

/**
 * Calls back with what this process is about to die of, and changes nothing:
 * Node still prints it, and the app's own handlers still run and may survive it.
 */
export function onLastWords(tell: (error: LastWords) => void): void {
  process.on('uncaughtExceptionMonitor', (error: unknown) => {
    // Someone else decides whether this is fatal; if it is, they print it too.
    if (process.listenerCount('uncaughtException') > 0) return
    tell(toLastWords(error))
  })
}

export function toLastWords(thrown: unknown): LastWords {
  if (!(thrown instanceof Error))
    return { name: 'Error', message: String(thrown), code: undefined, stack: `Uncaught ${String(thrown)}` }
  const { name, message, stack = `${name}: ${message}` } = thrown
  const code = (thrown as NodeJS.ErrnoException).code
  return { name, message, code: typeof code === 'string' ? code : undefined, stack }
}
