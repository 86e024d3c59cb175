import type { Cluster } from '@clustered/core'
import type { Log } from '@clustered/core/control'
import { Cron } from 'croner'

/** Replaces all workers, in a rolling reload, whenever the pattern says so. */
export function reloadAt(pattern: string, cluster: Cluster, log: Log): void {
  const job = new Cron(pattern, { unref: true }, () => {
    log.info('config', `a reload, as reloadAt says: ${pattern}`)
    // Why it failed has been said, and the old workers have never stopped.
    cluster.reload().catch(() => {})
  })
  cluster.on('close', () => job.stop())
}
