/**
 * What was thrown, in words. It can be anything, and looking at it can throw:
 * a getter, a Proxy, a `toString`, an object without a prototype.
 */
import { inspect, types } from 'node:util'

/** In characters: what is longer is cut, and says so. */
const longest = { line: 2000, stack: 16_384, shown: 65_536 }

/** An error, or what was thrown in place of one, as text only. */
export interface ThrownWords {
  name: string
  message: string
  code: string | undefined
  stack: string
}

export function toWords(thrown: unknown): ThrownWords {
  if (!isError(thrown)) {
    const shown = show(thrown)
    const message = cut(typeof thrown === 'string' ? thrown : oneLine(shown), longest.line)
    return { name: 'Error', message, code: undefined, stack: cut(`Uncaught ${shown}`, longest.stack) }
  }
  const name = toText(get(thrown, 'name'), 'Error')
  const message = toText(get(thrown, 'message'), '')
  const stack = get(thrown, 'stack')
  const code = get(thrown, 'code')
  return {
    name: cut(name, longest.line),
    message: cut(message, longest.line),
    code: typeof code === 'string' ? cut(code, longest.line) : undefined,
    stack: cut(typeof stack === 'string' && stack !== '' ? stack : `${name}: ${message}`, longest.stack),
  }
}

/** In one line, such as `TypeError: x is not a function`. */
export function toLine(thrown: unknown): string {
  const { name, message } = toWords(thrown)
  const line = isError(thrown) ? [name, message].filter(Boolean).join(': ') : message
  return oneLine(line)
}

function oneLine(text: string): string {
  return text.replace(/\s*\n\s*/g, ' ')
}

/** With all there is to know: stack, cause, properties. As Node shows what nobody has caught. */
export function toReport(thrown: unknown): string {
  return cut(isError(thrown) ? show(thrown) : `Uncaught ${show(thrown)}`, longest.shown)
}

/** An error that can be looked at in any way, with what there was of properties as text. */
export function toPlainError(thrown: unknown): Error {
  const { stack, message } = toWords(thrown)
  const error = Object.assign(new Error(message), { stack })
  if (isError(thrown))
    for (const key of Object.keys(thrown))
      Object.assign(error, { [key]: cut(toText(get(thrown, key), ''), longest.line) })
  return error
}

function show(value: unknown): string {
  try {
    return inspect(value)
  } catch {
    try {
      // Without the methods of its own that show it.
      return inspect(value, { customInspect: false })
    } catch {
      return isError(value) ? toWords(value).stack : `[${typeof value}, which cannot be shown]`
    }
  }
}

function isError(value: unknown): value is Error {
  try {
    return types.isNativeError(value) || value instanceof Error
  } catch {
    // A Proxy.
    return false
  }
}

function get(from: object, key: string): unknown {
  try {
    return (from as Record<string, unknown>)[key]
  } catch {
    return undefined
  }
}

function toText(value: unknown, missing: string): string {
  if (value === undefined) return missing
  return typeof value === 'string' ? value : show(value)
}

function cut(text: string, length: number): string {
  return text.length <= length
    ? text
    : `${text.slice(0, length)}... (${text.length - length} characters more)`
}
