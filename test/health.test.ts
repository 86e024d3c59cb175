import assert from 'node:assert/strict'
import { once } from 'node:events'
import { rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { describe, it } from 'node:test'
import { health } from '@clustered/core'
import { health as forExpress } from '@clustered/express'
import { health as forKoa } from '@clustered/koa'
import express from 'express'
import express4 from 'express4'
import Koa from 'koa'
import Koa2 from 'koa2'
import { Administered } from './support/admin.ts'
import { get } from './support/http.ts'
import { eventually, start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** A file that says what the app's check is to do. */
class Database {
  readonly folder = temporaryFolder()
  readonly file = path.join(this.folder, 'db')

  constructor() {
    this.is('up')
  }

  is(what: 'up' | 'no' | 'down' | 'hangs' | 'slow'): void {
    writeFileSync(this.file, what)
  }
}

describe('health', () => {
  it('has the checks of the app, which one worker runs, once for whoever asks', async (t) => {
    const db = new Database()
    const there = await Administered.open(
      t,
      0,
      { workers: 2, checkMaxAge: 100, checkTimeout: 500 },
      { DB: db.file },
    )
    const { program } = there
    const becomes = async (status: number, reason: RegExp): Promise<void> => {
      await eventually(async () => {
        const now = await there.readiness()
        return now.status === status && reason.test(String(now.reason))
      }, `${status} with ${reason}`)
      const ready = await there.ask('/readyz')
      assert.deepEqual([ready.status, ready.body], [status, status === 200 ? 'yes\n' : 'no\n'])
      assert.equal((await there.ask('/livez')).status, 200, 'it lives')
      // The same on the program's own port.
      await eventually(async () => (await get(there.port, '/readyz')).status === status, 'its own port')
      assert.equal((await get(there.port, '/livez')).status, 200)
    }
    await becomes(200, /null/)
    db.is('no')
    await becomes(503, /^check db: it says no/)
    db.is('down')
    await becomes(503, /^check db: Error: the database is down$/)
    db.is('hangs')
    await becomes(503, /^check db: no answer within 500 ms$/)
    await program.sees(/check aborted/)
    await becomes(503, /^check db: it has not ended for \d+ ms$/)
    assert.equal((await get(there.port)).body, 'hello', 'requests are served all the same')
    // A new code, whose check has not hung.
    db.is('slow')
    program.kill('SIGHUP')
    await program.sees(/reload done/)
    await becomes(200, /null/)
    const runs = (): number => program.output.split('check in').length
    await new Promise((resolve) => setTimeout(resolve, 500))
    const before = runs()
    const all = await Promise.all(Array.from({ length: 20 }, () => there.ask('/readyz')))
    assert.ok(all.every(({ status }) => status === 200))
    assert.equal(runs() - before, 1, 'one run for all of them')
  })

  it('is not failed by workers that are busy, and says how many slots are ready', async (t) => {
    const db = new Database()
    const boot = path.join(db.folder, 'boot')
    writeFileSync(boot, '')
    const there = await Administered.open(
      t,
      0,
      { workers: 2, readyWhen: '100%', checkMaxAge: 0, hangTimeout: 0, lagWarning: 0 },
      { DB: db.file, BOOT: boot },
    )
    const { program } = there
    await eventually(async () => (await there.ask('/readyz')).status === 200, 'both slots are ready')
    const until = path.join(db.folder, 'released')
    const held = [get(there.port, `/block?until=${until}`)]
    await program.until(() => program.output.split('blocking').length === 2, 'a blocked worker')
    for (let asked = 0; asked < 5; asked++) assert.equal((await there.ask('/readyz')).status, 200)
    held.push(get(there.port, `/block?until=${until}`))
    await program.until(() => program.output.split('blocking').length === 3, 'two blocked workers')
    for (let asked = 0; asked < 5; asked++) {
      const began = performance.now()
      assert.equal((await there.ask('/readyz')).status, 200)
      assert.equal((await there.ask('/livez')).status, 200)
      assert.ok(performance.now() - began < 5000)
    }
    writeFileSync(until, '')
    await Promise.all(held)
    // One of two is not enough.
    rmSync(boot)
    process.kill(program.workers()[0]!, 'SIGKILL')
    await eventually(async () => (await there.readiness()).status === 503, 'a slot is not ready')
    assert.match((await there.readiness()).reason!, /^1 of 2 slots is ready, and 2 have to be$/)
    writeFileSync(boot, '')
    await eventually(async () => (await there.ask('/readyz')).status === 200, 'it is ready again')
  })

  it('is no in single mode as soon as that stops, and needs a cluster for the rest', async (t) => {
    const program = start(t, 'health.js', {
      env: {
        OPTIONS: '{"workers":0,"admin":0,"shutdownDelay":60000}',
        PATHS: '{"readyz":"/ready","healthz":false}',
      },
    })
    const port = await program.listens()
    await program.sees(/no admin server: in single mode/)
    assert.deepEqual(
      [(await get(port, '/ready')).body, (await get(port, '/healthz')).body],
      ['yes\n', 'hello'],
    )
    program.kill('SIGTERM')
    await eventually(async () => (await get(port, '/ready')).status === 503, 'it is stopping')
    assert.equal((await get(port, '/livez')).status, 200)
  })

  const koa = (Framework: typeof Koa | typeof Koa2): http.RequestListener => {
    const app = new Framework() as Koa
    app.use(forKoa())
    app.use((context) => void (context.body = 'hello'))
    return app.callback()
  }
  const ofExpress = (framework: typeof express | typeof express4): http.RequestListener => {
    const app = (framework as typeof express)()
    app.use('/internal', forExpress({ healthz: '/health' }))
    app.use(forExpress())
    app.use((_request, response) => void response.end('hello'))
    return app
  }
  const answers = health()
  const apps: Record<string, () => http.RequestListener> = {
    'node:http': () => (request, response) => void (answers(request, response) || response.end('hello')),
    'Express 5': () => ofExpress(express),
    'Express 4': () => ofExpress(express4),
    'Koa 3': () => koa(Koa),
    'Koa 2': () => koa(Koa2),
  }
  for (const [name, app] of Object.entries(apps))
    it(`is a middleware of ${name}`, async (t) => {
      const server = http.createServer(app()).listen(0, '127.0.0.1')
      t.after(() => server.close())
      await once(server, 'listening')
      const { port } = server.address() as AddressInfo
      for (const where of ['/livez', '/readyz', '/readyz?x=/', '/healthz']) {
        const { status, body, headers } = await get(port, where)
        assert.equal(status, 200)
        if (where === '/healthz') assert.equal((JSON.parse(body) as { ready: boolean }).ready, true)
        else assert.equal(body, 'yes\n')
        assert.equal(headers['cache-control'], 'no-store')
      }
      for (const where of ['/', '/readyz/', '/live'])
        assert.equal((await get(port, where)).body, 'hello', where)
      if (name.startsWith('Express')) assert.match((await get(port, '/internal/health')).body, /"ready":true/)
    })

  it('refuses paths that are none', () => {
    assert.throws(
      () => health({ readyz: 'ready' }),
      /readyz: 'ready' is not valid\. Allowed: false, or a path/,
    )
    assert.throws(() => health({ ready: '/ready' } as object), /ready: '\/ready' is not an option/)
    assert.throws(() => forExpress(5 as never), /options: 5 is not valid/)
  })
})
