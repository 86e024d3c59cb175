import { howToStart } from '../choose.ts'
import { programColumns } from '../columns.ts'
import { everyonesPrograms } from '../everyone.ts'
import { print } from '../print.ts'
import { select, type Selection } from '../select.ts'
import { shown } from '../shown.ts'
import { table } from '../table.ts'
import { toJson } from '../to-json.ts'

export async function list(flags: Selection & { json?: boolean }): Promise<void> {
  // A flag that is wrong is said at once.
  select([], flags)
  const all = await everyonesPrograms()
  const programs = select(all, flags)
  print(flags.json, programs.map(toJson), () => {
    if (programs.length > 0) return table(programColumns, programs.map(shown))
    return all.length > 0
      ? `None of the ${all.length} programs is meant by that.`
      : `Nothing runs. ${howToStart}`
  })
}
