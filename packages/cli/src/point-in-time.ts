import { CliError } from './errors.ts'
import { howLong } from './how-long.ts'

const date = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/

/**
 * The point in time (in ms since the epoch) that a flag such as `--since`
 * stands for: how long ago, such as `10m`, or a date, in local time unless it says otherwise.
 * @throws {CliError} ERR_CLUSTERED_USAGE
 */
export function pointInTime(flag: string, given: string, now: number = Date.now()): number {
  const ago = howLong(given)
  if (ago !== undefined) return now - ago
  // Without a time of day, it would be a day of UTC.
  const time = date.test(given)
    ? Date.parse(given.length === 10 ? `${given}T00:00` : given.replace(' ', 'T'))
    : NaN
  if (!Number.isNaN(time)) return time
  throw new CliError(
    'ERR_CLUSTERED_USAGE',
    `${flag} ${given} is no point in time. Expected: how long ago, such as 30s, 10m, 2h or 7d, or a date such as 2026-11-26 or 2026-11-26T10:00.`,
  )
}
