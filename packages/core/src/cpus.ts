import { availableParallelism } from 'node:os'
import path from 'node:path'
import { type Cgroup, cgroupsOf, readText } from './cgroups.ts'

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

/**
 * For how long (in ms, since ever) CPU quotas have kept this process's groups
 * from running, all threads and groups taken together. It stands still while
 * the quotas have room.
 */
export class Throttling {
  readonly #groups: readonly Cgroup[]
  #last = 0

  constructor(root = '/') {
    this.#groups = cgroupsOf('cpu', root).filter((group) => readThrottled(group) !== undefined)
  }

  get time(): number {
    const times = this.#groups.map((group) => readThrottled(group))
    // Where no descriptor is left, nothing is known.
    if (times.some((time) => time === undefined)) return this.#last
    return (this.#last = times.reduce<number>((sum, time) => sum + time!, 0))
  }
}

function readThrottled({ folder, version }: Cgroup): number | undefined {
  const text = readText(path.join(folder, 'cpu.stat'))
  const [, time] = (version === 2 ? /^throttled_usec (\d+)/m : /^throttled_time (\d+)/m).exec(text) ?? []
  return time === undefined ? undefined : Number(time) / (version === 2 ? 1e3 : 1e6)
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
