import { availableParallelism } from 'node:os'
import path from 'node:path'
import { cgroupsOf, readText } from './cgroups.ts'

/**
 * How many CPUs this process may really use: Node's own count, held to the
 * container's quota, at least 1.
 *
 * `os.availableParallelism()` alone is not enough: on Node 20 it ignores every
 * quota, on Node 22 a quota below one CPU, and on all of them cgroup v1
 * (nodejs/node#59200).
 */
export function usableCpus(root = '/'): number {
  const quota = cgroupCpuQuota(root) ?? Infinity
  return Math.max(1, Math.min(availableParallelism(), Math.floor(quota)))
}

/** The CPU quota in CPUs (0.5 is half of one), or `undefined` where there is none. */
function cgroupCpuQuota(root: string): number | undefined {
  const quotas = cgroupsOf('cpu', root).map(({ folder, version }) =>
    version === 2 ? quotaV2(folder) : quotaV1(folder),
  )
  const known = quotas.filter((quota) => quota !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}

function quotaV2(folder: string): number | undefined {
  const [quota, period] = readText(path.join(folder, 'cpu.max')).trim().split(' ')
  return ratio(quota, period)
}

function quotaV1(folder: string): number | undefined {
  return ratio(
    readText(path.join(folder, 'cpu.cfs_quota_us')),
    readText(path.join(folder, 'cpu.cfs_period_us')),
  )
}

/** "max" (v2) and -1 (v1) mean no limit. */
function ratio(quota: string | undefined, period: string | undefined): number | undefined {
  const cpus = Number.parseInt(quota ?? '', 10) / Number.parseInt(period ?? '', 10)
  return cpus > 0 ? cpus : undefined
}
