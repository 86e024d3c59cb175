import { userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defaultName } from '@clustered/core/control'
import { choose, howToStart } from '../choose.ts'
import { chooseSeveral, meansSeveral } from '../choose-several.ts'
import { asConfig } from '../config/find-config.ts'
import { argvOf, chooseOf, refuseFileFlags } from '../config/start-file.ts'
import { CliError } from '../errors.ts'
import { named, namedFolder, ownName } from '../named.ts'
import { print, warn } from '../print.ts'
import { isRunning } from '../programs.ts'
import type { DaemonRecord, LogFiles } from '../record.ts'
import type { StartFlags } from '../start-flags.ts'
import { toStart } from '../start-options.ts'
import { startArguments } from '../start-arguments.ts'
import { installScript, systemdUnit, type Unit } from '../systemd-unit.ts'

const main = fileURLToPath(new URL('../main.js', import.meta.url))

/** As for any unit: what the workers need to drain, and the primary's margin. */
const stopMargin = 5000
const defaultDrainTimeout = 10_000

/**
 * Prints a systemd unit for a daemon, as it was started, or for an app file;
 * for several, a script that installs a unit for each.
 * @param argv what followed `startup` on the command line.
 */
export async function startup(given: string, flags: StartFlags, argv: string[]): Promise<void> {
  const units = await unitsOf(given, flags, argv)
  const [only] = units
  if (units.length === 1) return print(flags.json, only, () => systemdUnit(only!))
  print(flags.json, units, () => installScript(units))
}

async function unitsOf(given: string, flags: StartFlags, argv: string[]): Promise<Unit[]> {
  const config = asConfig(given)
  if (config)
    return chooseOf(config, flags).map((planned) => {
      const drainTimeout = planned.sheet.get('drainTimeout') as number | undefined
      const unit = makeUnit(
        planned.name,
        argvOf(config, planned, flags),
        namedFolder(),
        drainTimeout,
        planned.logs,
      )
      return planned.sheet.get('control') === false ? withoutControl(unit) : unit
    })
  refuseFileFlags(flags)
  if (meansSeveral([given])) return daemonUnits(given)
  const daemon = await daemonOf(given)
  if (daemon) return [daemon]
  const { file, options } = toStart(given, flags)
  const name = options.name ?? defaultName(named(file), namedFolder())
  const unit = makeUnit(name, argv, namedFolder(), options.drainTimeout)
  return [options.control === false ? withoutControl(unit) : unit]
}

/** Then there is but the signal, and systemd does not hear how the reload went. */
function withoutControl(unit: Unit): Unit {
  return { ...unit, reload: ['/bin/kill', '-HUP'] }
}

/** Of all that run: what was stopped is not to start by itself. */
async function daemonUnits(given: string): Promise<Unit[]> {
  const programs = (await chooseSeveral([given])).map(({ program }) => program).filter(isRunning)
  for (const { name, record } of programs)
    if (!record)
      warn(`'${name}' was not started with --daemon: how to start it is not known here. It has no unit`)
  const units = programs.flatMap(({ record, status }) =>
    record ? [ofDaemon(record, status.drainTimeout)] : [],
  )
  if (units.length > 0) return units
  throw new CliError('ERR_CLUSTERED_NOTHING_RUNNING', `No daemon runs. ${howToStart}`)
}

function ofDaemon({ name, argv, cwd, logs }: DaemonRecord, drainTimeout: number | undefined): Unit {
  return makeUnit(name, argv, cwd, drainTimeout, logs)
}

async function daemonOf(name: string): Promise<Unit | undefined> {
  try {
    const { record, status } = await choose(name)
    return record && ofDaemon(record, status?.drainTimeout)
  } catch (error) {
    // Then it is a file.
    if (error instanceof CliError) return undefined
    throw error
  }
}

function makeUnit(
  name: string,
  argv: string[],
  folder: string,
  drainTimeout = defaultDrainTimeout,
  logs: Partial<LogFiles> = {},
): Unit {
  const clustered = [process.execPath, ...process.execArgv, ownName(main)]
  return {
    name,
    command: [...clustered, 'start', ...startArguments(argv)],
    reload: [...clustered, 'reload'],
    folder,
    user: userName(),
    logs,
    stopSeconds: Math.ceil((drainTimeout + stopMargin) / 1000),
  }
}

/** systemd takes a number as well, where the user has no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return String(process.getuid?.())
  }
}
