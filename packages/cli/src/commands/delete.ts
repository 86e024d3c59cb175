import { choose } from '../choose.ts'
import { chooseSeveral, meansSeveral } from '../choose-several.ts'
import { withEach } from '../each.ts'
import { withName } from '../name-lock.ts'
import { refuseSilent } from '../not-responding.ts'
import { print } from '../print.ts'
import { isRunning, type Program } from '../programs.ts'
import { removeRecord } from '../record.ts'
import { stopProgram } from '../stop-program.ts'

/** Stops it, if it runs, and forgets it: record and logs. */
export async function deleteProgram(names: string[], { json }: { json?: boolean }): Promise<number> {
  if (!meansSeveral(names)) {
    const { name, record } = await deleteOne(await choose(names[0]!), names[0]!)
    print(json, { name, deleted: true }, () => `${name} ${whatWent({ record })}`)
    return 0
  }
  const meant = await chooseSeveral(names)
  // What others have started has nothing that could be forgotten, unless it was asked for by its name.
  const programs = meant.filter(({ program, isNamed }) => isNamed || program.record)
  return withEach(
    programs.map(({ program }) => program),
    { json, atOnce: 16 },
    async (program) => ({ did: whatWent(await deleteOne(program, program.name)), json: { deleted: true } }),
  )
}

function whatWent({ record }: Pick<Program, 'record'>): string {
  const kept = Object.values(record?.logs ?? {})
  if (kept.length > 0) return `is deleted; its logs stay: ${kept.join(', ')}`
  return `is deleted${record ? ', and so are its logs' : ''}`
}

async function deleteOne(chosen: Program, name: string): Promise<Program> {
  return chosen.record ? withName(chosen.record.name, () => remove(name)) : end(chosen)
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
