import { choose } from '../choose.ts'
import { chooseSeveral, meansSeveral } from '../choose-several.ts'
import { logsAgain } from '../config/again.ts'
import { checkFolder } from '../daemon.ts'
import { withEach } from '../each.ts'
import { CliError } from '../errors.ts'
import { withName } from '../name-lock.ts'
import { refuseSilent } from '../not-responding.ts'
import { print } from '../print.ts'
import { isRunning, type Program, type RunningProgram } from '../programs.ts'
import type { DaemonRecord } from '../record.ts'
import { stopProgram } from '../stop-program.ts'
import { toJson } from '../to-json.ts'
import { startAgain } from './start.ts'

/** A stop and a start, primary and all. It serves nothing in between, as `reload` does. */
export async function restart(names: string[], { json }: { json?: boolean }): Promise<number> {
  if (!meansSeveral(names)) {
    const started = await restartOne(await choose(names[0]!), names[0]!)
    print(json, toJson(started), () => `${started.name} runs again, primary pid ${started.status.pid}`)
    return 0
  }
  const meant = await chooseSeveral(names)
  // What others have started is for them, unless it was asked for by its name.
  const programs = meant.filter(({ program, isNamed }) => isNamed || program.record)
  return withEach(
    programs.map(({ program }) => program),
    { json },
    async (program) => {
      const { pid } = (await restartOne(program, program.name)).status
      return { did: `runs again, primary pid ${pid}`, json: { pid } }
    },
  )
}

async function restartOne(program: Program, name: string): Promise<RunningProgram> {
  const { record } = refuseOthers(name, program)
  return withName(record.name, () => stopAndStart(name))
}

async function stopAndStart(name: string): Promise<RunningProgram> {
  // As it is now: another command may have changed it before this one had its turn.
  const program = refuseOthers(name, await choose(name))
  refuseSilent(program)
  checkFolder(name, program.record.cwd)
  // What cannot be started is not stopped for it.
  logsAgain(program.record)
  if (isRunning(program)) await stopProgram(program)
  return startAgain(program.record.name)
}

function refuseOthers(name: string, program: Program): Program & { record: DaemonRecord } {
  const { record } = program
  if (record) return { ...program, record }
  refuseSilent(program)
  throw new CliError(
    'ERR_CLUSTERED_NOT_A_DAEMON',
    `'${program.name}' was not started with --daemon, so that how to start it is not known here. ` +
      `For its new code, without a gap: clustered reload ${name}. To have it restarted, stop it and start it where it was started.`,
  )
}
