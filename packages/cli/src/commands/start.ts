import { defaultName, isProgramName, stderrLog } from '@clustered/core/control'
import { colors } from '../colors.ts'
import { tellParent } from '../await-ready.ts'
import { asConfig, configHere } from '../config/find-config.ts'
import { logsAgain } from '../config/again.ts'
import { refuseFileFlags, runOne, startFile } from '../config/start-file.ts'
import type { Running } from '../config/run-program.ts'
import { checkFolder, daemonVariable, startDaemon } from '../daemon.ts'
import { isFileHere } from '../entry-file.ts'
import { CliError } from '../errors.ts'
import { runInForeground } from '../foreground.ts'
import { rotation, warnOfRotation } from '../log-flags.ts'
import { namedFolder } from '../named.ts'
import { withName } from '../name-lock.ts'
import { refuseSecond, refuseTaken } from '../name-taken.ts'
import { print } from '../print.ts'
import type { RunningProgram } from '../programs.ts'
import { type DaemonRecord, type LogFiles, logFiles, readRecord } from '../record.ts'
import { runsLine } from '../runs-line.ts'
import { startArguments } from '../start-arguments.ts'
import type { StartFlags } from '../start-flags.ts'
import { startHere } from '../start-here.ts'
import { type Start, toStart } from '../start-options.ts'
import { staysUp } from '../stays-up.ts'
import { toJson } from '../to-json.ts'

/** @param argv what followed `start` on the command line. */
export async function start(
  typed: string | undefined,
  typedFlags: StartFlags,
  argv: string[],
): Promise<number | undefined> {
  const here = typed === undefined ? configHere() : undefined
  const meant = typed === undefined && !here ? startHere(typedFlags) : undefined
  const { given = typed!, flags = typedFlags } = meant ?? {}
  const config = here ?? asConfig(given)
  if (process.env[daemonVariable]) {
    delete process.env[daemonVariable]
    return becomeDaemon(config ? runOne(config, flags) : runFile(given, flags, meant?.says), flags)
  }
  if (config) return startFile(config, flags)
  refuseFileFlags(flags)
  return startProgram(given, flags, argv, meant?.says)
}

async function startProgram(
  given: string,
  flags: StartFlags,
  argv: string[],
  says: string | undefined,
): Promise<undefined> {
  const stopped = says === undefined ? recordOf(given, argv) : undefined
  if (stopped) return announce(await withName(given, () => startAgain(given)), flags.json)
  const plan = toStart(given, flags)
  if (!flags.daemon) {
    warnOfRotation(flags)
    sayWhat(plan, says)
    runInForeground(plan, flags)
    return undefined
  }
  // Refused here, and not in the daemon's log.
  rotation(flags)
  const name = nameOf(plan)
  const started = await withName(name, async () => {
    await refuseSecond(name)
    const folder = namedFolder()
    refuseTaken(name, folder)
    return startDaemon(name, startArguments(argv), folder)
  })
  return announce(started, flags.json)
}

/** Starts a daemon as it was started before. To be called with the name's lock held. */
export async function startAgain(name: string): Promise<RunningProgram> {
  await refuseSecond(name)
  const record = readRecord(name)
  if (!record)
    throw new CliError(
      'ERR_CLUSTERED_UNKNOWN_NAME',
      `'${name}' has been deleted meanwhile. To start it anew: clustered start app.js --daemon`,
    )
  checkFolder(name, record.cwd)
  return startDaemon(name, record.argv, record.cwd, logsAgain(record))
}

/** As a daemon. */
function runFile(given: string, flags: StartFlags, says: string | undefined): Running {
  const plan = toStart(given, flags)
  const run: Running['run'] = () => {
    sayWhat(plan, says)
    return runInForeground(plan, flags)
  }
  return { plan, name: nameOf(plan), run }
}

/** Where nobody has named it. */
function sayWhat({ options }: Start, says: string | undefined): void {
  if (says !== undefined) stderrLog(options).info('config', `starts ${says}`)
}

function nameOf({ options, file }: Start): string {
  return options.name ?? defaultName(file, namedFolder())
}

function becomeDaemon({ plan: { options }, name, run, logs }: Running, flags: StartFlags): undefined {
  // Who reads a log file later wants to know when.
  options.logTime ??= true
  // A script that has ended can still be found, and be run again by a reload.
  if (options.listen === false) options.remainAfterExit ??= true
  const log = stderrLog(options)
  const files = logFiles(name, logs)
  if (isRotatable(files)) options.logFiles = { ...files, ...rotation(flags) }
  const tellReady = tellParent(log)
  const cluster = run()
  staysUp(cluster).then(tellReady, (error: Error) => {
    // A first boot that fails ends the cluster, and says why, by itself.
    if (cluster.state === 'closing') return
    log.error('daemon', `the workers do not stay up: ${error.message}. The daemon ends`)
    void cluster.close().then(() => process.exit(1))
  })
}

/** What is no file does not grow. */
function isRotatable({ out, err }: LogFiles): boolean {
  return ![out, err].includes('/dev/null')
}

/** What is given may be the name of a daemon that was stopped. */
function recordOf(given: string, argv: string[]): DaemonRecord | undefined {
  // With options of its own, it is a new start.
  const isName = isProgramName(given) && startArguments(argv).length === 1
  const record = isName ? readRecord(given) : undefined
  if (record && isFileHere(given) && record.cwd !== namedFolder())
    throw new CliError(
      'ERR_CLUSTERED_AMBIGUOUS_NAME',
      `'${given}' is a file here, and a daemon from ${record.cwd}. For the daemon: clustered restart ${given}. For the file: clustered start ./${given}`,
    )
  return record
}

function announce(program: RunningProgram, asJson: boolean | undefined): undefined {
  const { name, status } = program
  const started = { ...program, record: readRecord(name)! }
  print(asJson, toJson(started), () =>
    [`${colors.bold(name)} ${runsLine(status)}`, `logs: ${logFiles(name).out}, ${logFiles(name).err}`].join(
      '\n',
    ),
  )
}
