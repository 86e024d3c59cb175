import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { usableCpus } from './cpus.ts'
import { containerMemory } from './memory.ts'

const MB = 1024 ** 2

/** A file system root with these files in it. */
function root(context: TestContext, files: Record<string, string>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'clustered-cgroups-'))
  context.after(() => rmSync(folder, { recursive: true }))
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true })
    writeFileSync(path.join(folder, name), content)
  }
  return folder
}

const mount = (group: string, folder: string, type: string, options: string): string =>
  `31 23 0:28 ${group} ${folder} rw,relatime - ${type} cgroup rw,${options}\n`

const v2 = mount('/', '/sys/fs/cgroup', 'cgroup2', 'nsdelegate')

/** The files of a group of version 2, each with one CPU and 64 MB. */
const limited = (group: string): Record<string, string> => ({
  [`sys/fs/cgroup${group}/cpu.max`]: '100000 100000\n',
  [`sys/fs/cgroup${group}/memory.max`]: `${64 * MB}\n`,
})

const unlimited = (group: string): Record<string, string> => ({
  [`sys/fs/cgroup${group}/cpu.max`]: 'max 100000\n',
  [`sys/fs/cgroup${group}/memory.max`]: 'max\n',
})

const v1Limits = (cpu: string, memory: string): Record<string, string> => ({
  [`${cpu}/cpu.cfs_quota_us`]: '100000\n',
  [`${cpu}/cpu.cfs_period_us`]: '100000\n',
  [`${memory}/memory.limit_in_bytes`]: `${64 * MB}\n`,
})

const v1Memberships = '4:memory:/app/web\n3:cpuacct,cpu:/app/web\n'

const cases: [name: string, membership: string, mounts: string, files: Record<string, string>][] = [
  ['of the own group', '0::/app\n', v2, limited('/app')],
  ['of a parent', '0::/app/web\n', v2, { ...unlimited('/app/web'), ...limited('/app') }],
  ['of the root of a namespace', '0::/\n', v2, limited('')],
  ['of a container that is named from outside', '0::/../..\n', v2, limited('')],
  [
    'of a container whose list of mounts names the host',
    '0::/docker/1\n',
    mount('/docker/1', '/sys/fs/cgroup', 'cgroup2', ''),
    limited(''),
  ],
  ['without a list of mounts', '0::/app/web\n', '', limited('/app')],
  [
    'of controllers that are mounted together',
    v1Memberships,
    mount('/', '/sys/fs/cgroup/cpu,cpuacct', 'cgroup', 'cpu,cpuacct') +
      mount('/', '/sys/fs/cgroup/memory', 'cgroup', 'memory'),
    v1Limits('sys/fs/cgroup/cpu,cpuacct/app', 'sys/fs/cgroup/memory/app'),
  ],
  [
    'of version 1 without a list of mounts',
    v1Memberships,
    '',
    v1Limits('sys/fs/cgroup/cpuacct,cpu/app/web', 'sys/fs/cgroup/memory/app'),
  ],
  [
    'of version 1 beside version 2',
    `${v1Memberships}0::/app/web\n`,
    mount('/', '/cgroup/cpu', 'cgroup', 'cpu') +
      mount('/', '/cgroup/my\\040memory', 'cgroup', 'memory') +
      mount('/', '/sys/fs/cgroup/unified', 'cgroup2', ''),
    { ...unlimited('/unified/app/web'), ...v1Limits('cgroup/cpu/app', 'cgroup/my memory/app/web') },
  ],
]

describe('limits of control groups are found', () => {
  for (const [name, membership, mounts, files] of cases)
    it(name, (t) => {
      const folder = root(t, { 'proc/self/cgroup': membership, 'proc/self/mountinfo': mounts, ...files })
      assert.equal(usableCpus(folder), 1)
      assert.equal(containerMemory(folder), 64 * MB)
    })

  it('and none where there is none', (t) => {
    const nothing = root(t, {})
    const files = { ...unlimited('/app'), ...unlimited('') }
    const folder = root(t, { 'proc/self/cgroup': '0::/app\n', 'proc/self/mountinfo': v2, ...files })
    assert.equal(usableCpus(folder), availableParallelism())
    assert.equal(containerMemory(folder), containerMemory(nothing))
  })
})
