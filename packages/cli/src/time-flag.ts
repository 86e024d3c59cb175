import { CliError } from './errors.ts'

const units: Record<string, number> = { '': 1, ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000 }

/** As for the options of the same names: less is a number of seconds. */
const least = 100

/** What `setTimeout` can hold. */
const most = 2 ** 31 - 1

/**
 * The milliseconds that a flag such as `--drain-timeout` stands for: a number
 * of them, as pm2 takes it, or a time with its unit, such as `30s`.
 *
 * @param zero whether 0 is a time.
 * @throws {CliError} ERR_CLUSTERED_USAGE
 */
export function timeFlag(
  flag: string,
  given: string | number | undefined,
  zero: boolean,
): number | undefined {
  if (given === undefined) return undefined
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h)?$/.exec(String(given)) ?? []
  const milliseconds = number === '' ? NaN : Math.round(Number(number) * units[unit]!)
  if ((zero && milliseconds === 0) || (milliseconds >= least && milliseconds <= most)) return milliseconds
  const meant =
    milliseconds > 0 && milliseconds < least && unit === '' ? ` ${given} seconds are ${given}s.` : ''
  throw new CliError(
    'ERR_CLUSTERED_USAGE',
    `${flag} ${given} is not a time. Expected: ${zero ? '0, or ' : ''}milliseconds from ${least}, such as 12000, or with a unit: 30s, 2m.${meant}`,
  )
}
