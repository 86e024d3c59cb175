import { readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import path from 'node:path'

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
  const quotas = cgroupDirectories(root).map(({ directory, version }) =>
    version === 2 ? quotaV2(directory) : quotaV1(directory),
  )
  const known = quotas.filter((quota) => quota !== undefined)
  return known.length > 0 ? Math.min(...known) : undefined
}

interface CgroupDirectory {
  directory: string
  version: 1 | 2
}

/** This process's CPU cgroup and its ancestors: a limit on any of them holds. */
function cgroupDirectories(root: string): CgroupDirectory[] {
  const membership = read(path.join(root, 'proc/self/cgroup'))
  return membership.split('\n').flatMap((line): CgroupDirectory[] => {
    const [, controllers, group] = /^\d+:([^:]*):(.*)$/.exec(line) ?? []
    if (controllers === undefined || group === undefined) return []
    if (controllers === '') return ancestors(path.join(root, 'sys/fs/cgroup'), group, 2)
    if (!controllers.split(',').includes('cpu')) return []
    return ancestors(path.join(root, 'sys/fs/cgroup', 'cpu'), group, 1)
  })
}

// A container often sees its own cgroup mounted as the root, while
// /proc/self/cgroup still names the host's path; walking up covers both.
function ancestors(mount: string, group: string, version: 1 | 2): CgroupDirectory[] {
  const directories = [{ directory: mount, version }]
  let directory = mount
  for (const part of group.split('/').filter(Boolean)) {
    directory = path.join(directory, part)
    directories.push({ directory, version })
  }
  return directories
}

function quotaV2(directory: string): number | undefined {
  const [quota, period] = read(path.join(directory, 'cpu.max')).trim().split(' ')
  return ratio(quota, period)
}

function quotaV1(directory: string): number | undefined {
  return ratio(
    read(path.join(directory, 'cpu.cfs_quota_us')),
    read(path.join(directory, 'cpu.cfs_period_us')),
  )
}

/** "max" (v2) and -1 (v1) mean no limit. */
function ratio(quota: string | undefined, period: string | undefined): number | undefined {
  const cpus = Number.parseInt(quota ?? '', 10) / Number.parseInt(period ?? '', 10)
  return cpus > 0 ? cpus : undefined
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return ''
  }
}
