import { choose } from '../choose.ts'
import { CliError } from '../errors.ts'
import { print } from '../print.ts'
import { isRunning } from '../programs.ts'
import { stopProgram } from '../stop-program.ts'
import { toJson } from '../to-json.ts'
import { startAgain } from './start.ts'

/** A stop and a start, primary and all. It serves nothing in between, as `reload` does. */
export async function restart(name: string, { json }: { json?: boolean }): Promise<void> {
  const program = await choose(name)
  const { record } = program
  if (!record)
    throw new CliError(
      'ERR_CLUSTERED_NOT_A_DAEMON',
      `'${program.name}' was not started with --daemon, so that how to start it is not known here. ` +
        `For its new code, without a gap: clustered reload ${name}. To have it restarted, stop it and start it where it was started.`,
    )
  if (isRunning(program)) await stopProgram(program)
  const started = await startAgain(record)
  print(json, toJson(started), () => `${record.name} runs again, primary pid ${started.status.pid}`)
}
