import { userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defaultName } from '@clustered/core/control'
import { choose } from '../choose.ts'
import { CliError } from '../errors.ts'
import { named, namedFolder, ownName } from '../named.ts'
import { print } from '../print.ts'
import type { StartFlags } from '../start-flags.ts'
import { toStart } from '../start-options.ts'
import { startArguments } from '../start-arguments.ts'
import { systemdUnit, type Unit } from '../systemd-unit.ts'

const main = fileURLToPath(new URL('../main.js', import.meta.url))

/** As for any unit: what the workers need to drain, and the primary's margin. */
const stopMargin = 5000
const defaultDrainTimeout = 10_000

/**
 * Prints a systemd unit for a daemon, as it was started, or for an app file.
 * @param argv what followed `startup` on the command line.
 */
export async function startup(given: string, flags: StartFlags, argv: string[]): Promise<void> {
  const unit = await unitOf(given, flags, argv)
  print(flags.json, unit, () => systemdUnit(unit))
}

async function unitOf(given: string, flags: StartFlags, argv: string[]): Promise<Unit> {
  const daemon = await daemonOf(given)
  if (daemon) return daemon
  const { file, options } = toStart(given, flags)
  return makeUnit(options.name ?? defaultName(named(file)), argv, namedFolder(), options.drainTimeout)
}

async function daemonOf(name: string): Promise<Unit | undefined> {
  try {
    const { record, status } = await choose(name)
    return record && makeUnit(record.name, record.argv, record.cwd, status?.drainTimeout)
  } catch (error) {
    // Then it is a file.
    if (error instanceof CliError) return undefined
    throw error
  }
}

function makeUnit(name: string, argv: string[], folder: string, drainTimeout = defaultDrainTimeout): Unit {
  return {
    name,
    command: [process.execPath, ...process.execArgv, ownName(main), 'start', ...startArguments(argv)],
    folder,
    user: userName(),
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
