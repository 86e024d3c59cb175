import { isPlain } from './check.ts'
import { options } from './table.ts'

/** Values by the names of their options, such as `reload.surge`, from one place where they were given. */
export type Sheet = ReadonlyMap<string, unknown>

/** The options with what the sheet says in place of their own; they themselves stay as they are. */
export function withSheet<Given extends object>(given: Given, sheet: Sheet): Given {
  const copy: Record<string, unknown> = { ...(given as Record<string, unknown>) }
  for (const [path, value] of sheet) {
    const [name, member] = path.split('.') as [string, string?]
    if (member === undefined) copy[name] = joined(name, copy[name], value)
    else copy[name] = { ...asMembers(name, copy[name]), [member]: value }
  }
  return copy as Given
}

/** A short form says no more than its own members: the others stay as they were. */
function joined(name: string, before: unknown, value: unknown): unknown {
  const isShort = shortOf(name) && !isPlain(value) && value !== false
  return isShort ? { ...asMembers(name, before), ...asMembers(name, value) } : value
}

/** What was `false` before is an object again. */
function asMembers(name: string, value: unknown): object {
  if (isPlain(value)) return value
  return value === undefined || value === false ? {} : (shortOf(name)?.(value) ?? {})
}

function shortOf(name: string): ((value: unknown) => object) | undefined {
  return options[name as keyof typeof options]?.kind.short
}

/** What options say, members by themselves. */
export function sheetOf(given: object): Sheet {
  const entries = Object.entries(given).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    if (value === undefined) return []
    const hasMembers = options[name as keyof typeof options]?.kind.members && isPlain(value)
    return hasMembers ? prefixed(`${name}.`, value) : [[name, value]]
  })
  return new Map(entries)
}

function prefixed(prefix: string, given: object): [string, unknown][] {
  return Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : [[prefix + name, value]],
  )
}
