import type { LastWords } from '../protocol/messages.ts'
import { toWords } from '../thrown.ts'

/** An error, in the form in which it can leave this process: text only, and not too much of it. */
export const toLastWords: (thrown: unknown) => LastWords = toWords
