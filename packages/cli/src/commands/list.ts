import picomatch from 'picomatch'
import { howToStart } from '../choose.ts'
import { programColumns } from '../columns.ts'
import { everyonesPrograms } from '../everyone.ts'
import { print } from '../print.ts'
import { select, type Selection } from '../select.ts'
import { shown } from '../shown.ts'
import { table } from '../table.ts'
import { toJson } from '../to-json.ts'

/** @param names those that are meant, globs too; none for all. */
export async function list(names: string[], flags: Selection & { json?: boolean }): Promise<void> {
  // A flag that is wrong is said at once.
  select([], flags)
  const all = await everyonesPrograms()
  const isMeant = names.length === 0 || names.includes('all') ? () => true : picomatch(names)
  const programs = select(
    all.filter(({ name }) => isMeant(name)),
    flags,
  )
  print(flags.json, programs.map(toJson), () => {
    if (programs.length > 0) return table(programColumns, programs.map(shown))
    return all.length > 0
      ? `None of the ${all.length} programs is meant by that.`
      : `Nothing runs. ${howToStart}`
  })
}
