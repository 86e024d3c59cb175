import { badOption } from '../bad-option.ts'
import { type DurationRange, longestTimeout } from '../duration.ts'

const times: Record<string, number> = { ms: 1, s: 1000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 }

const sizes: Record<string, number> = { k: 2 ** 10, m: 2 ** 20, g: 2 ** 30 }

/** Milliseconds, as pm2 takes them, or a time with its unit. */
export function readTime(name: string, text: string, range: DurationRange): number {
  const { least, most = longestTimeout, zero = false } = range
  const [, number = '', unit] = /^(\d+(?:\.\d+)?)(ms|s|m|min|h|d)?$/.exec(text) ?? []
  const time = number === '' ? NaN : Math.round(Number(number) * times[unit ?? 'ms']!)
  if ((zero && time === 0) || (time >= least && time <= most)) return time
  const meant = unit === undefined && time > 0 && time < least ? `; ${text} seconds are ${text}s` : ''
  const limit = most < Infinity ? ` to ${most}` : ''
  throw badOption(
    name,
    text,
    `${zero ? '0, or ' : ''}milliseconds from ${least}${limit}, such as 12000, or with a unit: 30s, 2m${meant}`,
  )
}

/** Bytes, or such as 300M; NaN if it is neither. */
export function readSize(text: string): number {
  const [, number = '', unit] = /^(\d+(?:\.\d+)?)\s?(?:([kmg])(?:i?b)?)?$/i.exec(text) ?? []
  if (number === '') return NaN
  return unit === undefined ? Number(number) : Math.round(Number(number) * sizes[unit.toLowerCase()]!)
}

const answers = new Map([
  ...['true', 'yes', 'on', '1'].map((word) => [word, true] as const),
  ...['false', 'no', 'off', '0'].map((word) => [word, false] as const),
])

/** @returns undefined if it is neither. */
export function readAnswer(text: string): boolean | undefined {
  return answers.get(text.toLowerCase())
}
