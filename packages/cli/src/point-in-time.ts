import { CliError } from './errors.ts'

const units: Record<string, number> = { s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

const date = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?)?$/

/**
 * The point in time (in ms since the epoch) that a flag such as `--since`
 * stands for: how long ago, such as `10m`, or a date, in local time unless it says otherwise.
 * @throws {CliError} ERR_CLUSTERED_USAGE
 */
export function pointInTime(flag: string, given: string, now: number = Date.now()): number {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(s|min|m|h|d)$/.exec(given) ?? []
  if (number !== undefined) return now - Number(number) * units[unit!]!
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
