import type { WorkerInfo } from '../../cluster.ts'
import type { Log } from '../../log.ts'
import type { PrimaryCluster } from '../primary-cluster.ts'

/** How often (in ms) it is looked whether this process has given up rights. */
const interval = 1000

/**
 * Has workers replaced that have other rights than this process: a program
 * that binds its port as root and then becomes another user, in the callback of
 * `listen` say, has forked its workers before that. New workers have what this
 * process has now. Where they cannot be replaced, the cluster ends: nobody goes
 * on serving with rights that were given up.
 */
export function watchPrivileges(cluster: PrimaryCluster, log: Log): void {
  if (!process.geteuid) return
  const atBoot = new Map<number, string>()
  let replacing = false
  cluster.on('worker:boot', ({ pid }: WorkerInfo) => atBoot.set(pid, privileges()))
  cluster.on('worker:exit', ({ pid }: WorkerInfo) => atBoot.delete(pid))

  const look = (): void => {
    const now = privileges()
    const others = cluster.workers.filter(
      ({ pid, state }) => state !== 'draining' && (atBoot.get(pid) ?? now) !== now,
    )
    if (replacing || others.length === 0 || cluster.state === 'closing') return
    replacing = true
    const pids = others.map(({ pid }) => pid).join(', ')
    log.warn(
      'rights',
      `this process has changed its rights, and is ${now} now: workers with the old ones (pid ${pids}) are replaced`,
    )
    cluster
      .reload()
      .catch(() => cluster.stop('workers that have rights which were given up cannot be replaced', 1))
      .finally(() => {
        replacing = false
      })
  }
  setInterval(look, interval).unref()
  // After the callback of `listen`, where it is most often done.
  void cluster.ready.then(() => setImmediate(look)).catch(() => {})
}

/** What users and groups let this process do. */
function privileges(): string {
  const groups = [...new Set(process.getgroups!())].toSorted((one, other) => one - other).join(', ')
  return `user ${process.geteuid!()}, group ${process.getegid!()} (groups ${groups || 'none'})`
}
