import { CliError } from './errors.ts'
import { warn } from './print.ts'
import type { StartFlags } from './start-flags.ts'

const units: Record<string, number> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }

const defaults = { maxSize: 10 * 1024 ** 2, maxFiles: 10 }

/** In bytes. A file that is full at once would be rotated without a pause. */
const least = 64 * 1024

/**
 * How the log files of a daemon are rotated.
 * @returns bytes, `Infinity` for never.
 * @throws {CliError} ERR_CLUSTERED_USAGE
 */
export function rotation({ logMaxSize, logMaxFiles }: StartFlags): { maxSize: number; maxFiles: number } {
  return {
    maxSize: logMaxSize === undefined ? defaults.maxSize : size(logMaxSize),
    maxFiles: logMaxFiles === undefined ? defaults.maxFiles : count(logMaxFiles),
  }
}

/** A unit that was made of a daemon has its flags. */
export function warnOfRotation({ logMaxSize, logMaxFiles }: StartFlags): void {
  if (logMaxSize === undefined && logMaxFiles === undefined) return
  warn('--log-max-size and --log-max-files are of --daemon. The output goes where this program was started')
}

function size(given: string): number {
  if (given === '0') return Infinity
  const [, number = '', unit = ''] = /^(\d+(?:\.\d+)?)([KMG]?)B?$/i.exec(given) ?? []
  const bytes = number === '' ? NaN : Math.round(Number(number) * units[unit.toUpperCase()]!)
  if (bytes >= least && bytes < Number.MAX_SAFE_INTEGER) return bytes
  throw new CliError(
    'ERR_CLUSTERED_USAGE',
    `--log-max-size ${given} is not a size. Expected: 64K or more, such as 10M or 1G, or 0 for files that are not rotated.`,
  )
}

function count(given: string): number {
  const files = Number(given)
  if (/^\d+$/.test(given) && files >= 1 && files <= 1000) return files
  throw new CliError(
    'ERR_CLUSTERED_USAGE',
    `--log-max-files ${given} is not a number of files. Expected: a whole number from 1 to 1000.`,
  )
}
