import assert from 'node:assert/strict'
import { existsSync, rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import { createRequire } from 'node:module'
import net from 'node:net'
import path from 'node:path'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { Figures } from './support/observed.ts'
import { start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const { version } = createRequire(import.meta.url)('@clustered/core/package.json') as { version: string }

/** The name of a file that is not there yet. */
function flag(): string {
  return path.join(temporaryFolder(), 'flag')
}

/** A request that is not waited for. */
function ask(port: number, url: string): http.ClientRequest {
  return http.get({ host: '127.0.0.1', port, path: url, agent: false }).on('error', () => {})
}

describe('metrics of the cluster', () => {
  it('count every boot, end, reload and change of size, each once', async (t) => {
    const FAIL_BOOT = flag()
    const program = start(t, 'observed.js', {
      env: { OPTIONS: '{"workers":2,"hangTimeout":1000}', FAIL_BOOT },
    })
    const port = await program.listens()
    let figures = await Figures.of(program)
    assert.deepEqual(figures.by('clustered_workers', 'state'), {
      booting: 0,
      ready: 2,
      spare: 0,
      draining: 0,
    })
    assert.deepEqual(figures.by('clustered_state', 'state'), {
      booting: 0,
      ready: 1,
      degraded: 0,
      closing: 0,
    })
    assert.deepEqual(figures.by('clustered_info', 'version'), { [version]: 1 })
    assert.deepEqual(figures.by('clustered_info', 'node'), { [process.versions.node]: 1 })
    assert.equal(figures.of('clustered_slots_ready'), 2)
    assert.equal(figures.of('clustered_last_crash_timestamp_seconds'), 0)
    assert.equal(figures.of('clustered_worker_boot_duration_seconds'), 2)

    assert.equal((await get(port, '/crash')).status, 500)
    figures = await Figures.become(program, 'clustered_worker_exits_total{reason=crash}', 1)
    const crashedAt = figures.of('clustered_last_crash_timestamp_seconds')
    assert.ok(Math.abs(crashedAt - Date.now() / 1000) < 60, `${crashedAt}`)

    await Figures.become(program, 'clustered_slots_ready', 2)
    process.kill(program.anyWorker()!, 'SIGKILL')
    await Figures.become(program, 'clustered_worker_exits_total{reason=killed}', 1)

    await Figures.become(program, 'clustered_slots_ready', 2)
    ask(port, '/spin')
    await Figures.become(program, 'clustered_worker_exits_total{reason=hung}', 1)

    await Figures.become(program, 'clustered_slots_ready', 2)
    const agent = new http.Agent({ keepAlive: true })
    t.after(() => agent.destroy())
    await get(port, '/', agent)
    program.kill('SIGHUP')
    figures = await Figures.become(program, 'clustered_reloads_total{outcome=done}', 1)
    assert.equal(figures.of('clustered_generation'), 2)
    assert.equal(figures.of('clustered_reload_duration_seconds'), 1)
    await Figures.become(program, 'clustered_worker_exits_total{reason=drained}', 2)
    assert.equal((await get(port, '/', agent)).body, 'hello')
    figures = await Figures.of(program)
    assert.ok(figures.of('clustered_connections_moved_total') >= 1, 'the connection that was kept has moved')

    writeFileSync(FAIL_BOOT, '')
    program.kill('SIGHUP')
    await Figures.become(program, 'clustered_reloads_total{outcome=failed}', 1)
    await Figures.become(program, 'clustered_worker_exits_total{reason=boot}', 1)
    rmSync(FAIL_BOOT)

    program.kill('SIGTTIN')
    figures = await Figures.become(program, 'clustered_slots_ready', 3)
    assert.equal(figures.of('clustered_slots'), 3)
    program.kill('SIGTTOU')
    figures = await Figures.become(program, 'clustered_worker_exits_total{reason=drained}', 3)
    assert.deepEqual(figures.by('clustered_scale_total', 'reason'), {
      asked: 2,
      busy: 0,
      idle: 0,
      options: 0,
    })

    assert.deepEqual(figures.by('clustered_worker_exits_total', 'reason'), {
      drained: 3,
      crash: 1,
      killed: 1,
      hung: 1,
      boot: 1,
      finished: 0,
    })
    const lines = (pattern: RegExp): number => [...program.output.matchAll(pattern)].length
    assert.equal(figures.of('clustered_worker_exits_total'), lines(/ is gone: /g))
    assert.equal(figures.of('clustered_worker_boot_duration_seconds'), lines(/ is ready after /g))
    assert.equal(figures.of('clustered_worker_crashes_total'), 1)
    assert.deepEqual(figures.by('clustered_reloads_total', 'outcome'), { done: 1, failed: 1 })
  })

  it('count programs that have ended, and requests that were shed', async (t) => {
    const supervised = start(t, 'observed.js', {
      env: {
        OPTIONS: '{"workers":1,"listen":false,"restart":"never","remainAfterExit":true}',
        APP: './ends-at-boot.js',
      },
    })
    const program = start(t, 'observed.js', { env: { OPTIONS: '{"workers":1}' } })
    const figures = await Figures.become(supervised, 'clustered_worker_exits_total{reason=finished}', 1)
    assert.equal(figures.of('clustered_worker_exits_total'), 1)

    const port = await program.listens()
    const held = ask(port, '/shed')
    await program.sees(/admitted/)
    for (let asked = 0; asked < 3; asked++) assert.equal((await get(port, '/shed')).status, 503)
    held.destroy()
    await Figures.become(program, 'clustered_requests_shed_total', 3)
  })

  for (const balance of balances)
    it(`tell how many connections wait, and how many were refused (${balance})`, async (t) => {
      const [blocked, HOLD_BOOT] = [flag(), flag()]
      const program = start(t, 'observed.js', {
        env: {
          OPTIONS: JSON.stringify({ workers: 1, balance, queueTimeout: 500, hangTimeout: 0 }),
          HOLD_BOOT,
        },
      })
      const port = await program.listens()
      assert.equal((await Figures.of(program)).of('clustered_connections_waiting'), 0)

      writeFileSync(blocked, '')
      ask(port, `/block?while=${blocked}`)
      await program.sees(/blocking/)
      const sockets = Array.from({ length: 3 }, () => net.connect(port, '127.0.0.1').on('error', () => {}))
      t.after(() => sockets.forEach((socket) => socket.destroy()))
      await Figures.become(program, 'clustered_connections_waiting', 3)
      rmSync(blocked)
      await Figures.become(program, 'clustered_connections_waiting', 0)

      writeFileSync(HOLD_BOOT, '')
      process.kill(program.anyWorker()!, 'SIGKILL')
      await Figures.become(program, 'clustered_slots_ready', 0)
      const answers = await Promise.all([get(port), get(port), get(port), get(port)])
      assert.deepEqual(
        answers.map(({ status }) => status),
        [503, 503, 503, 503],
      )
      await Figures.become(program, 'clustered_connections_refused_total', 4)
      assert.ok(existsSync(HOLD_BOOT))
      rmSync(HOLD_BOOT)
      await program.sees(/is ready[^]*is ready/)
      assert.equal((await get(port)).status, 200)
      assert.equal((await Figures.of(program)).of('clustered_connections_refused_total'), 4)
    })
})
