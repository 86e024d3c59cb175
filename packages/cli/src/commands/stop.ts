import { chooseRunning } from '../choose.ts'
import { print } from '../print.ts'
import { stopProgram } from '../stop-program.ts'

export async function stop(name: string, { json }: { json?: boolean }): Promise<void> {
  const program = await chooseRunning(name)
  await stopProgram(program)
  const { pid } = program.status
  print(json, { name: program.name, pid, stopped: true }, () => `${program.name} (pid ${pid}) has stopped`)
}
