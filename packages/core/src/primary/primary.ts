import { ControlServer } from '../control/server.ts'
import type { Cluster } from '../cluster.ts'
import type { ListenTarget } from '../listen.ts'
import type { Settings } from '../settings.ts'
import { runtime } from '../runtime.ts'
import { Entry, type Program } from './entry.ts'
import { checkPermissions } from './process/permission.ts'
import { watchPrivileges } from './process/privileges.ts'
import { report } from './reporter.ts'
import { takeSignals } from './signals.ts'
import { Supervisor } from './fleet/supervisor.ts'

/**
 * Makes this process the primary. A second `listen` in the same program adds a
 * place to listen at to the same workers, under the first one's options.
 */
export function startPrimary(key: string, { options, callback }: ListenTarget, settings: Settings): Cluster {
  const supervisor = (runtime().supervisor ??= makePrimary(settings))
  const listening = supervisor.listen(key, options)
  listening.catch((error: Error) => endWith(supervisor, error, settings))
  if (callback) void Promise.all([listening, supervisor.ready]).then(() => callback(), callback)
  return supervisor
}

/** @throws {ClusteredError} ERR_CLUSTERED_NO_ENTRY, ERR_CLUSTERED_NOT_PERMITTED */
export function makePrimary(settings: Settings, program?: Program): Supervisor {
  checkPermissions(settings.logger)
  const entry = new Entry(program)
  const supervisor = new Supervisor(entry, settings)
  report(supervisor, settings.logger)
  takeSignals(supervisor, settings.logger)
  watchPrivileges(supervisor, settings.logger, (error) => endWith(supervisor, error, settings))
  if (settings.control && process.platform !== 'win32')
    void new ControlServer(supervisor, entry, settings).open()
  supervisor.ready.catch((error: Error) => endWith(supervisor, error, settings))
  return supervisor
}

const ended = new WeakSet<Error>()

/** Said once, though it may be learnt twice; and after the turn in which callbacks are told. */
function endWith(supervisor: Supervisor, error: Error, { logger }: Settings): void {
  if (ended.has(error)) return
  ended.add(error)
  logger.error(error.message)
  void supervisor.close().then(() => setImmediate(() => process.exit(1)))
}
