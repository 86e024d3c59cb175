import { ControlServer } from '../control/server.ts'
import type { Cluster } from '../cluster.ts'
import type { ListenTarget } from '../listen.ts'
import { surviveLostLogs } from '../log-streams.ts'
import type { Settings } from '../settings.ts'
import { runtime } from '../runtime.ts'
import { Boundary } from './boundary.ts'
import { Entry, type Program } from './entry.ts'
import { Supervisor } from './fleet/supervisor.ts'
import { guarded } from './guarded-logger.ts'
import { nodeSystem } from './process/node-system.ts'
import { checkPermissions } from './process/permission.ts'
import { watchPrivileges } from './process/privileges.ts'
import { report } from './reporter.ts'
import { takeSignals } from './signals.ts'
import { Places } from './sockets/places.ts'
import { containUncaught } from './uncaught-errors.ts'

/**
 * Makes this process the primary. A second `listen` in the same program adds a
 * place to listen at to the same workers, under the first one's options.
 */
export function startPrimary(key: string, { options, callback }: ListenTarget, settings: Settings): Cluster {
  const supervisor = (runtime().supervisor ??= makePrimary(settings))
  const listening = supervisor.listen(key, options)
  listening.catch(() => {})
  if (callback) {
    const { boundary } = supervisor
    const tell = (error?: Error): void =>
      boundary.run('the callback of listen', () => (error ? callback(error) : callback()))
    void Promise.all([listening, supervisor.ready]).then(() => tell(), tell)
  }
  return supervisor
}

/** @throws {ClusteredError} ERR_CLUSTERED_NO_ENTRY, ERR_CLUSTERED_NOT_PERMITTED */
export function makePrimary(given: Settings, program?: Program): Supervisor {
  surviveLostLogs({ inUse: true })
  const settings = { ...given, logger: guarded(given.logger) }
  const { logger } = settings
  checkPermissions(logger)
  const entry = new Entry(program)
  const boundary = new Boundary(logger)
  const [system, sockets] = [nodeSystem(), new Places(settings)]
  const supervisor = new Supervisor({ entry, settings, system, sockets, boundary })
  report(supervisor, logger)
  takeSignals(supervisor, logger)
  containUncaught(supervisor, boundary, settings)
  watchPrivileges(supervisor, logger)
  if (settings.control && process.platform !== 'win32')
    void new ControlServer(supervisor, entry, settings).open()
  return supervisor
}
