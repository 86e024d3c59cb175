import { choose } from '../choose.ts'
import { withName } from '../name-lock.ts'
import { refuseSilent } from '../not-responding.ts'
import { print } from '../print.ts'
import { isRunning, type Program } from '../programs.ts'
import { removeRecord } from '../record.ts'
import { stopProgram } from '../stop-program.ts'

/** Stops it, if it runs, and forgets it: record and logs. */
export async function deleteProgram(name: string, { json }: { json?: boolean }): Promise<void> {
  const chosen = await choose(name)
  const program = chosen.record ? await withName(chosen.record.name, () => remove(name)) : await end(chosen)
  print(
    json,
    { name: program.name, deleted: true },
    () => `${program.name} is deleted${program.record ? ', and so are its logs' : ''}`,
  )
}

async function remove(name: string): Promise<Program> {
  // As it is now: another command may have changed it before this one had its turn.
  const program = await end(await choose(name))
  if (program.record) removeRecord(program.record.name)
  return program
}

async function end(program: Program): Promise<Program> {
  refuseSilent(program)
  if (isRunning(program)) await stopProgram(program)
  return program
}
