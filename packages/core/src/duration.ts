import { badOption } from './bad-option.ts'

/** What `setTimeout` can hold; it silently turns more into 1 ms. */
export const longestTimeout: number = 2 ** 31 - 1

export interface DurationRange {
  /**
   * In ms. Far below what makes sense for the option, and above what a person
   * writes who means seconds: 30 ms are no time to boot in.
   */
  least: number
  /** In ms. */
  most?: number
  /** Whether 0 has a meaning of its own. */
  zero?: boolean
}

/**
 * A duration in ms, checked.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION, which names the unit, and what the value would be as seconds.
 */
export function duration(name: string, value: number, range: DurationRange): number {
  const { least, most = longestTimeout, zero = false } = range
  if ((zero && value === 0) || isWithin(value, least, most)) return value
  const limit = most < Infinity ? ` to ${most}` : ''
  const asSeconds = typeof value === 'number' && value < least ? value * 1000 : NaN
  const meant = isWithin(asSeconds, least, most) ? `; ${value} s are ${asSeconds}` : ''
  throw badOption(name, value, `${zero ? '0, or ' : ''}whole milliseconds from ${least}${limit}${meant}`)
}

function isWithin(value: number, least: number, most: number): boolean {
  return (Number.isInteger(value) || value === most) && value >= least && value <= most
}
