import { isatty } from 'node:tty'
import picocolors from 'picocolors'

/**
 * Whether to write colours. The library's own answer colours pipes in CI, and
 * takes FORCE_COLOR=0 for a wish to have them.
 */
function areWanted(descriptor: number): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env
  if (NO_COLOR) return false
  if (FORCE_COLOR) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  return isatty(descriptor) && TERM !== 'dumb'
}

/** For stdout. */
export const colors: ReturnType<typeof picocolors.createColors> = picocolors.createColors(areWanted(1))

/** For stderr, which may be a terminal where stdout is none, and the other way round. */
export const errorColors: typeof colors = picocolors.createColors(areWanted(2))
