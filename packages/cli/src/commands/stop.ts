import { asRunning, chooseRunning } from '../choose.ts'
import { chooseSeveral, meansSeveral } from '../choose-several.ts'
import { withEach } from '../each.ts'
import { print } from '../print.ts'
import { isRunning, type RunningProgram } from '../programs.ts'
import { stopProgram } from '../stop-program.ts'

export async function stop(names: string[], { json }: { json?: boolean }): Promise<number> {
  if (!meansSeveral(names)) {
    const program = await chooseRunning(names[0]!)
    const stopped = await stopOne(program)
    print(json, stopped, () => `${program.name} (pid ${program.status.pid}) has stopped`)
    return 0
  }
  const meant = await chooseSeveral(names)
  const programs = meant.filter(({ program, isNamed }) => isNamed || isRunning(program) || program.silent)
  return withEach(
    programs.map(({ program }) => program),
    // A drain waits more than it works.
    { json, atOnce: 16 },
    async (program) => {
      const stopped = await stopOne(asRunning(program))
      return { did: `has stopped (pid ${stopped.pid})`, json: stopped }
    },
  )
}

async function stopOne(program: RunningProgram): Promise<{ name: string; pid: number; stopped: true }> {
  await stopProgram(program)
  return { name: program.name, pid: program.status.pid, stopped: true }
}
