import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { freemem, tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Throttling } from './cpus.ts'
import { freeMemory } from './memory.ts'

const MB = 1024 ** 2

/** A file system root, and what puts files into it. */
function root(context: TestContext): { folder: string; write: (files: Record<string, string>) => void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'clustered-room-'))
  context.after(() => rmSync(folder, { recursive: true }))
  const write = (files: Record<string, string>): void => {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(path.join(folder, path.dirname(name)), { recursive: true })
      writeFileSync(path.join(folder, name), content)
    }
  }
  return { folder, write }
}

const v2 = { 'proc/self/cgroup': '0::/app/web\n' }
const v1 = { 'proc/self/cgroup': '4:memory:/web\n3:cpu,cpuacct:/web\n' }

describe('what is left for one worker more', () => {
  it('is told by the time that the own quota and those above it took (v2)', (t) => {
    const { folder, write } = root(t)
    const stat = (usec: number): string => `usage_usec 9\nnr_throttled 3\nthrottled_usec ${usec}\n`
    write({ ...v2, 'sys/fs/cgroup/app/cpu.stat': stat(5000), 'sys/fs/cgroup/app/web/cpu.stat': stat(1000) })
    const throttling = new Throttling(folder)
    assert.equal(throttling.time, 6)
    write({ 'sys/fs/cgroup/app/cpu.stat': stat(25_000) })
    assert.equal(throttling.time, 26)
    rmSync(path.join(folder, 'sys/fs/cgroup/app/cpu.stat'))
    assert.equal(throttling.time, 26, 'what cannot be read has not changed')
  })

  it('and by version 1, whose unit is another', (t) => {
    const { folder, write } = root(t)
    write({
      ...v1,
      'sys/fs/cgroup/cpu/web/cpu.stat': 'nr_periods 9\nnr_throttled 3\nthrottled_time 7000000\n',
    })
    assert.equal(new Throttling(folder).time, 7)
  })

  it('and is always there without control groups', (t) => {
    const { folder } = root(t)
    assert.equal(new Throttling(folder).time, 0)
    assert.ok(Math.abs(freeMemory(folder) - freemem()) < 512 * MB)
  })

  it('is the least of what the groups have left, where the cache of files is free (v2)', (t) => {
    const { folder, write } = root(t)
    write({
      ...v2,
      'sys/fs/cgroup/app/memory.max': `${64 * MB}\n`,
      'sys/fs/cgroup/app/memory.current': `${60 * MB}\n`,
      'sys/fs/cgroup/app/memory.stat': `anon 1\nfile ${9 * MB}\ninactive_file ${7 * MB}\nactive_file ${2 * MB}\n`,
      'sys/fs/cgroup/app/web/memory.max': 'max\n',
      'sys/fs/cgroup/app/web/memory.current': `${30 * MB}\n`,
    })
    assert.equal(freeMemory(folder), 13 * MB)
    write({ 'sys/fs/cgroup/app/web/memory.max': `${32 * MB}\n` })
    assert.equal(freeMemory(folder), 2 * MB)
    write({ 'sys/fs/cgroup/app/web/memory.max': `${16 * MB}\n` })
    assert.equal(freeMemory(folder), 0)
  })

  it('and in version 1', (t) => {
    const { folder, write } = root(t)
    write({
      ...v1,
      'sys/fs/cgroup/memory/web/memory.limit_in_bytes': `${64 * MB}\n`,
      'sys/fs/cgroup/memory/web/memory.usage_in_bytes': `${60 * MB}\n`,
      'sys/fs/cgroup/memory/web/memory.stat': `inactive_file 1\ntotal_inactive_file ${7 * MB}\ntotal_active_file ${2 * MB}\n`,
    })
    assert.equal(freeMemory(folder), 13 * MB)
  })
})
