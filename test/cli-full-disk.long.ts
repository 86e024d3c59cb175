import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Desk, type Listed, plainApp } from './support/desk.ts'
import { get, pidsOf } from './support/http.ts'
import { freePort } from './support/port.ts'
import { eventually } from './support/program.ts'
import { smallFileSystem } from './support/small-file-system.ts'

function fill(file: string): void {
  try {
    for (let kilobytes = 1024; kilobytes > 0; kilobytes--)
      writeFileSync(file, Buffer.alloc(1024, 'x'), { flag: 'a' })
  } catch {
    // It is full.
  }
}

describe('a daemon whose logs are on a full file system', () => {
  it('serves on, and clustered describe says that log lines are lost', async (t) => {
    const desk = new Desk(t)
    const state = smallFileSystem(t)
    if (!state) return t.skip('no file system can be mounted here')
    const port = await freePort()
    Object.assign(desk.env, { PORT: String(port), XDG_STATE_HOME: state })
    desk.write('app.js', plainApp('old'))
    const started = await desk.run('start', 'app.js', '-i', '2', '--daemon')
    assert.equal(started.code, 0, started.stderr)
    assert.doesNotMatch((await desk.run('describe', 'app')).stdout, /log lines lost/)

    fill(path.join(state, 'filler'))
    const before = await pidsOf(port, 2)
    for (let asked = 0; asked < 20; asked++) assert.equal((await get(port, '/log')).body, 'old')
    assert.deepEqual(await pidsOf(port, 2), before)
    process.kill([...before][0]!, 'SIGKILL')
    await eventually(async () => (await pidsOf(port, 2)).size === 2, 'the worker is replaced')
    assert.equal((await desk.run('reload', 'app')).code, 0)
    // A log has the rest of its last page.
    await eventually(async () => {
      for (let asked = 0; asked < 100; asked++) assert.equal((await get(port, '/log')).body, 'old')
      return /log lines lost {2}ENOSPC, the last one \d+ s ago/.test(
        (await desk.run('describe', 'app')).stdout,
      )
    }, 'describe says so')
    assert.equal((await desk.json<Listed[]>('list'))[0]?.state, 'ready')

    rmSync(path.join(state, 'filler'))
    assert.equal((await desk.run('stop', 'app')).code, 0)
    assert.equal((await desk.run('delete', 'app')).code, 0)
  })
})
