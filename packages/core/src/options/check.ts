import { badOption } from '../bad-option.ts'
import { ClusteredError } from '../errors.ts'
import { nearest } from './nearest.ts'
import type { Kind, Option, Options } from './option.ts'

/**
 * What was given, checked, with every default in place.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION, naming the option, its value and what is allowed.
 */
export function checkOptions<Given>(
  given: object,
  options: Options<Given>,
  prefix = '',
): Record<keyof Given, unknown> {
  refuseUnknown(given, Object.keys(options), prefix)
  const held: Record<string, unknown> = {}
  for (const [name, option] of Object.entries<Option<unknown>>(options)) {
    // `null` is a mistake and not an option left out.
    const { [name]: value = option.default } = given as Record<string, unknown>
    held[name] = value === undefined ? undefined : option.kind.check(prefix + name, value)
  }
  return held as Record<keyof Given, unknown>
}

/** Options that belong together, in an object of their own. */
export function group<Given extends object>(
  name: string,
  example: string,
  members: Options<Given>,
): Kind<Given> {
  return {
    check: (path, value) => {
      if (!isPlain(value)) throw badOption(path, value, example)
      return checkOptions(value, members, `${name}.`) as Given
    },
    members,
  }
}

export function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A misspelt option would otherwise be an option left out. */
function refuseUnknown(given: object, names: readonly string[], prefix: string): void {
  for (const [name, value] of Object.entries(given))
    if (!names.includes(name)) throw unknownOption(prefix, name, value, names)
}

export function unknownOption(
  prefix: string,
  name: string,
  value: unknown,
  names: readonly string[],
): ClusteredError {
  const near = nearest(name, names)
  return badOption(
    prefix + name,
    value,
    `one of: ${names.join(', ')}`,
    near === undefined ? 'is not an option' : `is not an option; did you mean ${near}?`,
  )
}
