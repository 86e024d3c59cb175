import { defaultName, isProgramName } from '@clustered/core/control'
import colors from 'picocolors'
import { daemonVariable, startDaemon, tellParentReady } from '../daemon.ts'
import { CliError } from '../errors.ts'
import { runInForeground } from '../foreground.ts'
import { print } from '../print.ts'
import { findPrograms, isRunning, type RunningProgram } from '../programs.ts'
import { type DaemonRecord, logFiles, readRecord } from '../record.ts'
import { startArguments } from '../start-arguments.ts'
import { type StartFlags, toStart } from '../start-options.ts'
import { toJson } from '../to-json.ts'

/** @param argv what followed `start` on the command line. */
export async function start(given: string, flags: StartFlags, argv: string[]): Promise<void> {
  if (process.env[daemonVariable]) return becomeDaemon(given, flags)
  const stopped = recordOf(given, argv)
  if (stopped) return announce(await startAgain(stopped), flags.json)
  const plan = toStart(given, flags)
  if (!flags.daemon) return void runInForeground(plan, flags)
  const name = plan.options.name ?? defaultName(plan.file)
  if (!isProgramName(name))
    throw new CliError(
      'ERR_CLUSTERED_USAGE',
      `--name ${name} cannot be a name. Expected: up to 64 letters, digits and . _ + -, the first one a letter, a digit or _.`,
    )
  await refuseSecond(name)
  announce(await startDaemon(name, startArguments(argv), process.cwd()), flags.json)
}

/** Starts a daemon as it was started before. */
export async function startAgain({ name, argv, cwd }: DaemonRecord): Promise<RunningProgram> {
  await refuseSecond(name)
  return startDaemon(name, argv, cwd)
}

function becomeDaemon(given: string, flags: StartFlags): void {
  delete process.env[daemonVariable]
  const cluster = runInForeground(toStart(given, flags), flags)
  cluster.ready.then(tellParentReady, () => {})
}

/** What is given may be the name of a daemon that was stopped. */
function recordOf(given: string, argv: string[]): DaemonRecord | undefined {
  // With options of its own, it is a new start.
  const isName = isProgramName(given) && startArguments(argv).length === 1
  return isName ? readRecord(given) : undefined
}

/** Its logs and its record would be the same. */
async function refuseSecond(name: string): Promise<void> {
  const other = (await findPrograms())
    .filter((program) => isRunning(program))
    .find((program) => program.name === name)
  if (other)
    throw new CliError(
      'ERR_CLUSTERED_ALREADY_RUNNING',
      `'${name}' runs already (pid ${other.status.pid}). For its new code: clustered reload ${name}. ` +
        'For a second one beside it, give that a --name of its own.',
    )
}

function announce(program: RunningProgram, asJson: boolean | undefined): void {
  const { name, status } = program
  const started = { ...program, record: readRecord(name)! }
  print(asJson, toJson(started), () =>
    [
      `${colors.bold(name)} runs: ${status.slots} ${status.slots === 1 ? 'worker' : 'workers'} on ${status.address}, primary pid ${status.pid}`,
      `logs: ${logFiles(name).out}, ${logFiles(name).err}`,
    ].join('\n'),
  )
}
