import { badOption } from '../../bad-option.ts'

/** The files that this process was started with as its stdout and stderr. */
export interface LogFileOptions {
  out: string
  err: string
  /** In bytes, 65536 at least: how long one gets before the next begins. `Infinity` for never. */
  maxSize: number
  /** How many rotated ones are kept of each. */
  maxFiles: number
}

const least = 64 * 1024

/** @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION */
export function checkLogFiles({ maxSize, maxFiles }: LogFileOptions): void {
  if (!(maxSize === Infinity || (Number.isInteger(maxSize) && maxSize >= least)))
    throw badOption('logFiles.maxSize', maxSize, `a whole number of bytes from ${least}, or Infinity`)
  if (!Number.isInteger(maxFiles) || maxFiles < 1 || maxFiles > 1000)
    throw badOption('logFiles.maxFiles', maxFiles, 'a whole number from 1 to 1000')
}
