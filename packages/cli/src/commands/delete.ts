import { choose } from '../choose.ts'
import { print } from '../print.ts'
import { isRunning } from '../programs.ts'
import { removeRecord } from '../record.ts'
import { stopProgram } from '../stop-program.ts'

/** Stops it, if it runs, and forgets it: record and logs. */
export async function deleteProgram(name: string, { json }: { json?: boolean }): Promise<void> {
  const program = await choose(name)
  if (isRunning(program)) await stopProgram(program)
  if (program.record) removeRecord(program.record.name)
  print(
    json,
    { name: program.name, deleted: true },
    () => `${program.name} is deleted${program.record ? ', and so are its logs' : ''}`,
  )
}
