import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Desk, type Listed, plainApp } from './support/desk.ts'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'
import { childrenOf, eventually, isAlive } from './support/program.ts'

/** Boots once the file `go` is there. */
const slow = "while (!require('fs').existsSync('go'));"

function stateOf(desk: Desk): string {
  return path.join(desk.root, 'home/.local/state/clustered')
}

describe('commands at once', () => {
  it('start one daemon of a name, and the others say so', async (t) => {
    const desk = new Desk(t)
    desk.write('app.js', plainApp('1'))
    desk.env['PORT'] = '0'
    const all = await Promise.all(
      Array.from({ length: 5 }, () => desk.run('start', 'app.js', '-i', '1', '--daemon', '--name', 'x')),
    )
    assert.deepEqual(all.map(({ code }) => code).sort(), [0, 1, 1, 1, 1])
    for (const { code, stderr } of all)
      if (code === 1) assert.match(stderr, /^error: [^\n]*ERR_CLUSTERED_(BUSY|ALREADY_RUNNING)\)\n$/)
    const listed = await desk.json<Listed[]>('list')
    assert.equal(listed.length, 1)
    assert.equal(listed[0]!.daemon, true)
    assert.deepEqual(readdirSync(path.join(stateOf(desk), 'locks')), [], 'no lock is left')
    assert.equal((await desk.run('delete', 'x')).code, 0)
  })

  it('restart once, and delete not what is being started', async (t) => {
    const desk = new Desk(t)
    desk.write('app.js', plainApp('1', slow))
    desk.env['PORT'] = '0'
    const starting = desk.run('start', 'app.js', '-i', '1', '--daemon')
    await eventually(async () => (await desk.json<Listed[]>('list')).length === 1, 'it is being started')
    const deleted = await desk.run('delete', 'app')
    desk.write('go', '')
    assert.equal((await starting).code, 0)
    if (deleted.code !== 0)
      assert.match(deleted.stderr, /starts or deletes 'app' just now.*ERR_CLUSTERED_BUSY/)
    assert.equal(deleted.code, 1)
    rmSync(path.join(desk.project, 'go'))
    let refused = 0
    const restarts = [1, 2, 3].map(() => desk.run('restart', 'app').then(({ code }) => (refused += code)))
    await eventually(() => refused === 2, 'two are refused while the third one restarts')
    desk.write('go', '')
    await Promise.all(restarts)
    assert.equal(refused, 2)
    const listed = await desk.json<Listed[]>('list')
    assert.equal(listed.length, 1)
    assert.equal(listed[0]!.state, 'ready')
    const both = await Promise.all([desk.run('delete', 'app'), desk.run('restart', 'app')])
    assert.ok(both.some(({ code }) => code === 0))
    await desk.run('delete', 'app')
    assert.deepEqual(await desk.json('list'), [])
    assert.deepEqual(desk.sockets, [])
  })

  it('are not kept away by one that was killed', async (t) => {
    const desk = new Desk(t)
    desk.write('app.js', plainApp('1', slow))
    desk.env['PORT'] = '0'
    const child = desk.spawn(['start', 'app.js', '-i', '1', '--daemon'])
    const locks = path.join(stateOf(desk), 'locks/app')
    await eventually(
      () => existsSync(locks) && readdirSync(locks).some((file) => file.endsWith('.held')),
      'held',
    )
    child.kill('SIGKILL')
    await once(child, 'exit')
    desk.write('go', '')
    // Also by a claim of a process whose pid lives on as that of another.
    writeFileSync(path.join(locks, `${process.pid}_1-old_aaaaaa`), '')
    writeFileSync(path.join(locks, `${process.pid}_1-old_aaaaaa.held`), '')
    await eventually(async () => {
      const states = (await desk.json<Listed[]>('list')).map(({ state }) => state)
      return states.every((state) => state === 'gone')
    }, 'the daemon ends with the command')
    assert.equal((await desk.run('start', 'app.js', '-i', '1', '--daemon')).code, 0)
    assert.equal((await desk.run('delete', 'app')).code, 0)
    assert.equal(existsSync(locks), false)
  })

  it('do not forget how a daemon of another folder was started', async (t) => {
    const desk = new Desk(t)
    desk.write('app.js', plainApp('1'))
    desk.env['PORT'] = '0'
    assert.equal((await desk.run('start', 'app.js', '-i', '1', '--daemon')).code, 0)
    assert.equal((await desk.run('stop', 'app')).code, 0)
    const other = path.join(desk.root, 'other')
    mkdirSync(other)
    writeFileSync(path.join(other, 'app.js'), plainApp('2'))
    const elsewhere = Object.assign(Object.create(desk) as Desk, { project: other })
    const taken = await elsewhere.run('start', 'app.js', '--daemon')
    assert.equal(taken.code, 1)
    assert.match(
      taken.stderr,
      new RegExp(`a daemon from ${desk.project}, which does not run.*ERR_CLUSTERED_NAME_TAKEN`),
    )
    assert.match(
      (await elsewhere.run('start', 'app')).stderr,
      /is a file here, and a daemon from .*AMBIGUOUS_NAME/,
    )
    assert.equal((await desk.run('start', 'app')).code, 0)
    assert.equal((await desk.run('delete', 'app')).code, 0)
  })
})

describe('clustered start --daemon that is interrupted', () => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)
    it(`by ${signal} while it boots ends, and the daemon with it`, async (t) => {
      const desk = new Desk(t)
      const port = await freePort()
      desk.env['PORT'] = String(port)
      desk.write('app.js', 'setInterval(() => {}, 1000)')
      const child = desk.spawn(['start', 'app.js', '-i', '1', '--daemon'])
      let stderr = ''
      child.stderr!.on('data', (text: Buffer) => (stderr += text.toString()))
      let family: number[] = []
      await eventually(() => {
        const [daemon = 0] = childrenOf(child.pid!)
        family = [daemon, ...childrenOf(daemon)]
        return family.length > 1
      }, 'it boots')
      child.kill(signal)
      const [code] = await once(child, 'close')
      await eventually(() => !family.some(isAlive), 'all of it has ended')
      if (signal === 'SIGKILL') {
        const log = path.join(stateOf(desk), 'daemons/app/err.log')
        assert.match(
          readFileSync(log, 'utf8'),
          /the command that started this daemon went away before it was ready/,
        )
        assert.equal((await desk.json<Listed[]>('list'))[0]!.state, 'gone')
      } else {
        assert.equal(code, 1)
        assert.match(
          stderr,
          new RegExp(`${signal} before 'app' was ready: it was ended, and does not run.*INTERRUPTED`),
        )
        assert.deepEqual(await desk.json('list'), [])
      }
      assert.deepEqual(desk.sockets, [])
      desk.write('app.js', plainApp('1'))
      assert.equal((await desk.run('start', 'app.js', '-i', '1', '--daemon')).code, 0)
      assert.equal((await get(port)).body, '1')
      assert.equal((await desk.run('delete', 'app')).code, 0)
    })
})
