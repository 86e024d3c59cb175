import { colors } from '../colors.ts'
import { startDaemon } from '../daemon.ts'
import { withEach } from '../each.ts'
import { CliError } from '../errors.ts'
import { namedFolder } from '../named.ts'
import { withName } from '../name-lock.ts'
import { refuseSecond, refuseTaken } from '../name-taken.ts'
import { findPrograms, isRunning } from '../programs.ts'
import { runsLine } from '../runs-line.ts'
import type { StartFlags } from '../start-flags.ts'
import type { ConfigFile } from './find-config.ts'
import { leaveWithGroup, ofGroup, runGroup } from './group.ts'
import type { Planned } from './planned.ts'
import { programsOf } from './programs-of.ts'
import { checkStart, running, type Running } from './run-program.ts'

/**
 * Starts the programs that a file names: as daemons, or in this terminal.
 * All of them are looked through before the first one starts.
 */
export async function startFile(config: ConfigFile, flags: StartFlags): Promise<number | undefined> {
  const isInGroup = process.env[ofGroup] !== undefined
  delete process.env[ofGroup]
  if (isInGroup) leaveWithGroup()
  const chosen = chooseOf(config, flags, !isInGroup)
  if (flags.daemon) return startDaemons(config, chosen, flags)
  const [first, ...others] = chosen
  if (others.length > 0)
    return runGroup(
      chosen.map((planned) => ({ name: planned.name, argv: argvOf(config, planned, flags) })),
      flags,
    )
  running(config, first!, flags).run()
  return undefined
}

/** The one program that `--only` says. */
export function runOne(config: ConfigFile, flags: StartFlags): Running {
  const [planned] = chooseOf(config, flags, false)
  return running(config, planned!, flags)
}

/**
 * The programs that are meant, each of which can be started.
 * @param says whether what the file has in vain is to be named.
 */
export function chooseOf(config: ConfigFile, flags: StartFlags, says = true): Planned[] {
  refuseOtherFlags(config, flags)
  const { chosen, names, notes } = programsOf(config, flags)
  if (chosen.length === 0)
    throw new CliError(
      'ERR_CLUSTERED_USAGE',
      `${config.given}: nothing in it starts by itself. To start one of them: --only ${names[0]}`,
    )
  for (const planned of chosen) checkStart(planned, flags)
  if (says) notes.say(config.given)
  return chosen
}

async function startDaemons(config: ConfigFile, chosen: Planned[], flags: StartFlags): Promise<number> {
  const folder = namedFolder()
  const there = (await findPrograms()).filter(isRunning).map(({ name }) => name)
  const [run, fresh] = [true, false].map((runs) =>
    chosen.filter(({ name }) => there.includes(name) === runs),
  ) as [Planned[], Planned[]]
  for (const { name } of fresh) refuseTaken(name, folder)
  const exitCode = await withEach(chosen, { json: flags.json }, async (planned) => {
    const { name } = planned
    if (run.includes(planned)) return { did: colors.dim('runs already'), json: { started: false } }
    const { status } = await withName(name, async () => {
      await refuseSecond(name)
      return startDaemon(name, argvOf(config, planned, flags), folder, planned.logs)
    })
    return {
      did: runsLine(status),
      json: { started: true, pid: status.pid, address: status.address },
    }
  })
  if (run.length > 0 && !flags.json)
    console.error(
      `For the new code of what runs already: clustered reload ${run.map(({ name }) => name).join(' ')}`,
    )
  return exitCode
}

/** What `clustered start` is to be given for one of them. */
export function argvOf({ given }: ConfigFile, { name }: Planned, { env, watch }: StartFlags): string[] {
  return [given, '--only', name, ...(env === undefined ? [] : ['--env', env]), ...(watch ? ['--watch'] : [])]
}

function refuseOtherFlags({ given: file }: ConfigFile, flags: StartFlags): void {
  const { given, envFile, nodeArgs, logMaxSize, logMaxFiles } = flags
  const others = [
    ...[...given.values()].map(({ flag }) => flag),
    ...(envFile === undefined ? [] : ['--env-file']),
    ...(nodeArgs.length > 0 ? ['--node-args'] : []),
    ...(logMaxSize === undefined ? [] : ['--log-max-size']),
    ...(logMaxFiles === undefined ? [] : ['--log-max-files']),
    ...(flags['--']?.length ? ['what stands after --'] : []),
  ]
  if (others.length > 0)
    throw new CliError(
      'ERR_CLUSTERED_USAGE',
      `${others[0]} is for one program, and ${file} says of each how it is started. Write it there, or start the app's file: clustered start app.js`,
    )
}

/** @throws {CliError} ERR_CLUSTERED_USAGE */
export function refuseFileFlags({ only, env }: StartFlags): void {
  if (only !== undefined || env !== undefined)
    throw new CliError(
      'ERR_CLUSTERED_USAGE',
      `${only === undefined ? '--env' : '--only'} is for a file that names programs, such as ecosystem.config.js. For variables: --env-file .env`,
    )
}
