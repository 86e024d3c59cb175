import type { Cluster } from '../cluster.ts'
import type { ListenTarget } from '../listen.ts'
import type { Settings } from '../options.ts'
import { runtime } from '../runtime.ts'
import { report } from './reporter.ts'
import { takeSignals } from './signals.ts'
import { Supervisor } from './supervisor.ts'

/**
 * Makes this process the primary. A second `listen` in the same program adds a
 * place to listen at to the same workers, under the first one's options.
 */
export function startPrimary(key: string, { options, callback }: ListenTarget, settings: Settings): Cluster {
  const supervisor = (runtime().supervisor ??= supervise(settings))
  void supervisor.listen(key, options)
  if (callback) void supervisor.ready.then(() => callback(), callback)
  return supervisor
}

function supervise(settings: Settings): Supervisor {
  const supervisor = new Supervisor(settings)
  report(supervisor, settings.logger)
  takeSignals(supervisor, settings.logger)
  // After the turn in which callbacks and the log are told.
  supervisor.ready.catch(() => setImmediate(() => process.exit(1)))
  return supervisor
}
