import { howToStart } from '../choose.ts'
import { programColumns } from '../columns.ts'
import { print } from '../print.ts'
import { shown } from '../shown.ts'
import { findPrograms } from '../programs.ts'
import { table } from '../table.ts'
import { toJson } from '../to-json.ts'

export async function list({ json }: { json?: boolean }): Promise<void> {
  const programs = await findPrograms()
  print(json, programs.map(toJson), () =>
    programs.length > 0 ? table(programColumns, programs.map(shown)) : `Nothing runs. ${howToStart}`,
  )
}
