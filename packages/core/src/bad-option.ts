import { ClusteredError } from './errors.ts'

/** The error for a value that an option cannot have: which one, which value, and what is allowed. */
export function badOption(
  name: string,
  value: unknown,
  allowed: string,
  problem = 'is not valid',
): ClusteredError {
  const shown = typeof value === 'string' ? `'${value}'` : String(value)
  return new ClusteredError('ERR_CLUSTERED_BAD_OPTION', `${name}: ${shown} ${problem}. Allowed: ${allowed}.`)
}
