import { tokenizeArgs } from 'args-tokenizer'
import type { ProgramConfig } from '../index.cts'

const sizes: Record<string, number> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 }
const times: Record<string, number> = { '': 1, ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** As in `300M`, `1G`, or a number of bytes. */
export function bytesOf(value: unknown): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMG]?)B?$/i.exec(String(value)) ?? []
  return number === undefined ? undefined : Math.round(Number(number) * sizes[unit.toUpperCase()]!)
}

/** As in `3000`, or `3s`. */
export function millisecondsOf(value: unknown): number | undefined {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(String(value)) ?? []
  return number === undefined ? undefined : Math.round(Number(number) * times[unit]!)
}

/** One string is split as a shell would; an array is taken word by word. */
export function wordsOf(value: unknown): string[] | undefined {
  if (typeof value === 'string' || typeof value === 'number')
    return tokenizeArgs(String(value), { loose: true })
  if (!Array.isArray(value)) return undefined
  return value.every((each) => ['string', 'number', 'boolean'].includes(typeof each))
    ? value.map(String)
    : undefined
}

/**
 * How many workers `instances` asks for; `undefined`: one per usable CPU.
 * @param wrong makes the error for what is no number of them.
 */
export function workersOf(instances: unknown, cpus: number, wrong: () => Error): ProgramConfig['workers'] {
  if (instances === undefined || instances === null || instances === '') return 1
  const text = typeof instances === 'number' || typeof instances === 'string' ? String(instances) : ''
  if (text === '') throw wrong()
  const number = Number(text)
  if (text === 'max' || number === 0) return undefined
  const [, min, max] = /^(\d+)\.\.(\d+|max)?$/.exec(text) ?? []
  if (min !== undefined)
    return max === undefined || max === 'max' ? { min: Number(min) } : { min: Number(min), max: Number(max) }
  if (!Number.isInteger(number)) throw wrong()
  return number > 0 ? number : Math.max(1, cpus + number)
}
