import { inspect } from 'node:util'
import { ClusteredError } from './errors.ts'

/** The error for a value that an option cannot have: which one, which value, and what is allowed. */
export function badOption(
  name: string,
  value: unknown,
  allowed: string,
  problem = 'is not valid',
): ClusteredError {
  return new ClusteredError(
    'ERR_CLUSTERED_BAD_OPTION',
    `${name}: ${show(value)} ${problem}${problem.endsWith('?') ? '' : '.'} Allowed: ${allowed}.`,
  )
}

function show(value: unknown): string {
  // Not every object can be turned into a string, and an array of one number looks like the number.
  return typeof value === 'string' ? `'${value}'` : inspect(value, { depth: 0, breakLength: Infinity })
}
