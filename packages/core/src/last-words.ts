import type { LastWords } from './protocol/messages.ts'

/** An error, in the form in which it can leave this process. */
export function toLastWords(thrown: unknown): LastWords {
  if (!(thrown instanceof Error))
    return { name: 'Error', message: String(thrown), code: undefined, stack: `Uncaught ${String(thrown)}` }
  const { name, message, stack = `${name}: ${message}` } = thrown
  const code = (thrown as NodeJS.ErrnoException).code
  return { name, message, code: typeof code === 'string' ? code : undefined, stack }
}
