import { isPlain, unknownOption } from './check.ts'
import { isOfTheProgram, ofTheProgram } from './of-the-program.ts'
import type { Option } from './option.ts'
import type { Sheet } from './sheet.ts'
import { options } from './table.ts'

type Members = Readonly<Record<string, Option<any>>>

/**
 * What a configuration file says of options, in code's form or as a flag has it
 * (`'30s'`, `'300M'`, `'2..8'`).
 * @param where the file, and the place in it, to begin each error with.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function fromFile(given: object, where: string): Sheet {
  return new Map(read(given, `${where}: `, '', options))
}

function read(given: object, where: string, prefix: string, members: Members): [string, unknown][] {
  return Object.entries(given).flatMap(([name, value]): [string, unknown][] => {
    const { [name]: option } = members
    const path = prefix + name
    const label = where + path
    if (!option) throw unknownOption(where + prefix, name, value, Object.keys(members))
    if (value === undefined) return []
    if (isOfTheProgram(path)) throw ofTheProgram(label, value)
    const { kind } = option
    if (kind.members && isPlain(value)) return read(value, where, `${path}.`, kind.members)
    return [
      [path, typeof value === 'string' && kind.read ? kind.read(label, value) : kind.check(label, value)],
    ]
  })
}
