import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get, pidsOf } from './support/http.ts'
import { start } from './support/program.ts'

for (const balance of balances)
  describe(`a hung worker (${balance})`, () => {
    const env = (more = {}) => ({
      OPTIONS: JSON.stringify({ workers: 1, balance, lagWarning: 0, hangTimeout: 1500, ...more }),
    })

    for (const [path, where] of [
      ['/spin', /\n {4}at spin \(file:.*server\.js:\d+:\d+\)/],
      ['/regex', /\n {4}at regex \(file:.*server\.js:\d+:\d+\)/],
      // It may be stopped between two of them.
      ['/microtasks', /\n {4}at (.*file:.*server\.js|processTicksAndRejections)/],
    ] as const)
      it(`is reported with where it stands and on what, killed and replaced (${path})`, async (t) => {
        const program = start(t, 'server.js', { env: env() })
        const port = await program.listens()
        const since = program.output.length
        const stuck = assert.rejects(get(port, path), { code: 'ECONNRESET' })
        const [report] = await program.sees(/hangs: for \d+ ms[^]*?is gone: killed: hung for \d+ ms/, since)
        assert.match(report, where)
        if (path !== '/microtasks') assert.match(report, new RegExp(`, on GET ${path}\n`))
        await stuck
        await program.sees(/is ready/, since)
        assert.equal((await get(port)).body, 'hello')
      })

    it('in a native call is reported as that', async (t) => {
      const program = start(t, 'server.js', { env: env() })
      const port = await program.listens()
      const stuck = assert.rejects(get(port, '/native?ms=8000'))
      await program.sees(/hangs: for \d+ ms, in a native call that cannot be interrupted/)
      await stuck
    })

    it('that was stopped is found by its silence', async (t) => {
      const program = start(t, 'server.js', { env: env({ workers: 2 }) })
      const port = await program.listens()
      const [stopped] = program.workers()
      process.kill(stopped!, 'SIGSTOP')
      await program.sees(new RegExp(`pid ${stopped}\\) is gone: killed: hung: no heartbeat for \\d+ ms`))
      assert.equal((await pidsOf(port, 2)).size, 2)
    })
  })

describe('a slow worker', () => {
  it('is reported with where it stands, and goes on', async (t) => {
    const program = start(t, 'server.js', { env: { OPTIONS: '{"workers":1,"lagWarning":300}' } })
    const port = await program.listens()
    assert.equal((await get(port, '/block?ms=1500')).body, 'blocked')
    const [report] = await program.sees(
      /warning: worker 0 .* has not turned its event loop for \d+ ms, on GET \/block\?ms=1500\n[^]*?server\.js:\d+/,
    )
    assert.match(report, /at \/block|at .*server\.js/)
    assert.equal((await get(port)).body, 'hello')
    assert.doesNotMatch(program.output, /is gone/)
  })

  it('is nobody on a machine that was suspended', async (t) => {
    const program = start(t, 'server.js', {
      env: { OPTIONS: '{"workers":2,"hangTimeout":1000,"lagWarning":0}' },
    })
    const port = await program.listens()
    const family = [program.pid, ...program.workers()]
    for (const pid of family) process.kill(pid, 'SIGSTOP')
    await new Promise((resolve) => setTimeout(resolve, 6000))
    for (const pid of family) process.kill(pid, 'SIGCONT')
    for (let asked = 0; asked < 50; asked++) assert.equal((await get(port)).body, 'hello')
    assert.doesNotMatch(program.output, /is gone|hangs/)
    assert.deepEqual(program.workers(), family.slice(1))
  })
})
