import type { Cluster } from '@clustered/core'
import { Cron } from 'croner'

/** Replaces all workers, in a rolling reload, whenever the pattern says so. */
export function reloadAt(pattern: string, cluster: Cluster): void {
  const job = new Cron(pattern, { unref: true }, () => {
    console.error(`[clustered] reload, as reloadAt says: ${pattern}`)
    // Why it failed has been said, and the old workers have never stopped.
    cluster.reload().catch(() => {})
  })
  cluster.on('close', () => job.stop())
}
