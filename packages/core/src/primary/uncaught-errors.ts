import type { Settings } from '../settings.ts'
import { toLine } from '../thrown.ts'
import { onUncaught } from '../uncaught.ts'
import type { Boundary } from './boundary.ts'
import type { PrimaryCluster } from './primary-cluster.ts'

/**
 * The program's own code runs here too: a database client that was made at the
 * top of a module may emit 'error' an hour later. That is contained in a
 * worker, so it must not end the whole service here. Until the cluster has
 * once been ready, and with `crash: 'exit'`, it is as in plain Node.
 */
export function containUncaught(cluster: PrimaryCluster, boundary: Boundary, settings: Settings): void {
  onUncaught({
    livesOn(error, origin, handled) {
      if (handled) return true
      if (cluster.state === 'booting' || settings.crash === 'exit') return false
      const what = origin === 'unhandledRejection' ? 'an unhandled rejection' : 'an uncaught error'
      boundary.report(`${what} in the primary, ${toLine(error)}`, error)
      return true
    },
  })
}
