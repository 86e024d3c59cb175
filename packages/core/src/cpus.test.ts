import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { usableCpus } from './cpus.ts'

const all = availableParallelism()

/** A file system root with these files in it. */
function root(context: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'clustered-cpus-'))
  context.after(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return folder
}

describe('usable CPUs', () => {
  const v2 = { 'proc/self/cgroup': '0::/app\n' }
  const v1 = { 'proc/self/cgroup': '4:memory:/app\n3:cpu,cpuacct:/app\n' }
  const quotaV1 = (quota: string) => ({
    'sys/fs/cgroup/cpu/cpu.cfs_quota_us': quota,
    'sys/fs/cgroup/cpu/cpu.cfs_period_us': '100000\n',
  })

  const cases: [name: string, files: Record<string, string>, expected: number][] = [
    ['without cgroups are all', {}, all],
    ['without a quota are all (v2)', { ...v2, 'sys/fs/cgroup/app/cpu.max': 'max 100000\n' }, all],
    ['without a quota are all (v1)', { ...v1, ...quotaV1('-1\n') }, all],
    ['are held to the quota (v2)', { ...v2, 'sys/fs/cgroup/app/cpu.max': '100000 100000\n' }, 1],
    ['are held to the quota (v1)', { ...v1, ...quotaV1('100000\n') }, 1],
    [
      'are held to the quota of a container that sees its cgroup as the root',
      { ...v2, 'sys/fs/cgroup/cpu.max': '100000 100000\n' },
      1,
    ],
    ['are at least 1', { ...v2, 'sys/fs/cgroup/app/cpu.max': '50000 100000\n' }, 1],
    ['are not more than there are', { ...v2, 'sys/fs/cgroup/app/cpu.max': '9900000 100000\n' }, all],
  ]
  for (const [name, files, expected] of cases)
    it(name, (t) => assert.equal(usableCpus(root(t, files)), expected))
})
