import { badOption } from '../bad-option.ts'
import { duration, type DurationRange } from '../duration.ts'
import type { Kind } from './option.ts'
import { readAnswer, readSize, readTime } from './text.ts'

export function time(range: DurationRange): Kind<number> {
  return {
    check: (name, value) => duration(name, value, range),
    read: (name, text) => readTime(name, text, range),
    placeholder: '<time>',
    unit: 'ms',
  }
}

export function count(least: number, most: number): Kind<number> {
  const allowed = `a whole number from ${least}${most < Infinity ? ` to ${most}` : ''}`
  return {
    check: (name, value) => wholeNumber(name, value, least, most, allowed),
    read: (name, text) => wholeNumber(name, /^\d+$/.test(text) ? Number(text) : text, least, most, allowed),
    placeholder: '<number>',
  }
}

// 16 MiB: Node itself does not start with much less.
export const smallestHeap: number = 16 * 1024 * 1024

/** @param isShare whether it may be a share of what there is, below 1. */
export function size(isShare = false): Kind<number> {
  const share = isShare ? ' (or a share below 1)' : ''
  const check = (name: string, value: any, shown: unknown, allowed: string): number => {
    if (isShare && typeof value === 'number' && value > 0 && value < 1) return value
    if ((Number.isInteger(value) || value === Infinity) && value >= smallestHeap) return value
    throw badOption(name, shown, allowed)
  }
  return {
    check: (name, value) => check(name, value, value, `a whole number of bytes${share} from ${smallestHeap}`),
    read: (name, text) =>
      check(
        name,
        readSize(text),
        text,
        `a size from 16M, such as 300M or 1.5G${isShare ? ', or a share below 1, such as 0.2' : ''}`,
      ),
    placeholder: '<size>',
    unit: 'bytes',
  }
}

export function yesOrNo(): Kind<boolean> {
  const check = (name: string, value: unknown, shown: unknown): boolean => {
    if (typeof value !== 'boolean') throw badOption(name, shown, 'true or false')
    return value
  }
  return {
    check: (name, value) => check(name, value, value),
    read: (name, text) => check(name, readAnswer(text), text),
  }
}

/** One of some words. */
export function oneOf<Word extends string>(words: readonly Word[]): Kind<Word> {
  const check = (name: string, value: unknown): Word => {
    if (words.includes(value as Word)) return value as Word
    throw badOption(name, value, inWords(words))
  }
  return { check, read: check, placeholder: `<${words.join('|')}>` }
}

export function textThat(
  is: (value: unknown) => boolean,
  allowed: string,
  placeholder: string,
): Kind<string> {
  const check = (name: string, value: unknown): string => {
    if (!is(value)) throw badOption(name, value, allowed)
    return value as string
  }
  return { check, read: check, placeholder }
}

/** For code alone: no text says it. */
export function code<Value>(is: (value: unknown) => boolean, allowed: string): Kind<Value> {
  return {
    check: (name, value) => {
      if (!is(value)) throw badOption(name, value, allowed)
      return value as Value
    },
  }
}

export function aFunction<Value>(allowed = 'a function'): Kind<Value> {
  return code((value) => typeof value === 'function', allowed)
}

/** What can be left out by `false`. */
export function orFalse<Value>(kind: Kind<Value>): Kind<Value | false> {
  const { read } = kind
  return {
    ...kind,
    check: (name, value) => (value === false ? false : kind.check(name, value)),
    read: (name, given) => {
      if (readAnswer(given) === false) return false
      if (read) return read(name, given)
      const rest = kind.members ? 'what is in it are options of their own' : 'anything else is for code alone'
      throw badOption(name, given, `false; ${rest}`)
    },
  }
}

/** An object that need not be given for what it is about to be there. */
export function orTrue<Value extends object>(kind: Kind<Value>): Kind<Value | boolean> {
  return {
    ...kind,
    check: (name, value) => (typeof value === 'boolean' ? value : kind.check(name, value)),
    read: yesOrNo().read!,
  }
}

function wholeNumber(name: string, value: any, least: number, most: number, allowed: string): number {
  if ((Number.isInteger(value) || value === most) && value >= least && value <= most) return value
  throw badOption(name, value, allowed)
}

function inWords(words: readonly string[]): string {
  const quoted = words.map((word) => `'${word}'`)
  return [quoted.slice(0, -1).join(', '), ...quoted.slice(-1)].filter(Boolean).join(' or ')
}
