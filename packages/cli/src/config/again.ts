import type { DaemonRecord } from '../record.ts'
import type { StartFlags } from '../start-flags.ts'
import { asConfig } from './find-config.ts'
import { goTo, thereAndBack } from './there-and-back.ts'
import type { Planned } from './planned.ts'
import { programsOf } from './programs-of.ts'
import { checkStart } from './run-program.ts'

/**
 * Where a daemon logs when it is started again: of one that a file names, that file says so.
 * @throws {CliError} if the file or the program in it is wrong, so that it could not be started.
 */
export function logsAgain({ argv, cwd, logs = {} }: DaemonRecord): DaemonRecord['logs'] {
  const [given, ...flags] = argv
  const only = flags[flags.indexOf('--only') + 1]
  const environment = flags.includes('--env') ? flags[flags.indexOf('--env') + 1] : undefined
  if (given === undefined || !flags.includes('--only')) return logs
  const planned = thereAndBack((): Planned | undefined => {
    goTo(cwd)
    const config = asConfig(given)
    const [found] = config ? programsOf(config, { only, env: environment }).chosen : []
    if (found) checkStart(found, noFlags)
    return found
  })
  return planned ? planned.logs : logs
}

const noFlags: StartFlags = { given: new Map(), nodeArgs: [], ignore: [], watch: false, daemon: true }
