import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get, pidsOf } from './support/http.ts'
import { load, mixedClients } from './support/load.ts'
import { eventually, start } from './support/program.ts'
import { toldWorkers } from './support/told-workers.ts'

const mebibyte = 1024 * 1024

for (const balance of balances)
  describe(`recycling (${balance})`, () => {
    const env = (options: object) => ({ OPTIONS: JSON.stringify({ workers: 2, balance, ...options }) })

    it('replaces workers that have served maxRequests, one at a time, and loses none', async (t) => {
      const program = start(t, 'server.js', { env: env({ maxRequests: 200 }) })
      const port = await program.listens()
      const what = { path: '/later?ms=2', expect: 'later' }
      const clients = load(mixedClients(4, { port }, what))
      await eventually(
        () => program.output.split('drains: maxRequests: it has served').length > 4,
        'four were recycled',
      )
      await clients.stop()
      assert.deepEqual(clients.failures, [])
      const events = program.output
        .split('listening on')[1]!
        .match(/is ready|drains/g)!
        .slice(0, 8)
      assert.deepEqual(
        events,
        Array.from({ length: events.length }, (_, index) => (index % 2 === 0 ? 'is ready' : 'drains')),
      )
    })

    it('replaces a worker that is maxAge old', async (t) => {
      const program = start(t, 'server.js', { env: env({ workers: 1, maxAge: 1500 }) })
      await program.listens()
      await program.sees(/is ready[^]*is ready[^]*drains: maxAge: it is \d s old/)
    })

    it('replaces a worker that uses more than maxMemory', async (t) => {
      const program = start(t, 'server.js', { env: env({ maxMemory: 150 * mebibyte }) })
      const port = await program.listens()
      await get(port, `/leak?bytes=${150 * mebibyte}`)
      const [, pid] = await program.sees(/pid (\d+)\) drains: maxMemory: it uses \d+ MiB of 150 MiB/)
      await program.sees(new RegExp(`pid ${pid}\\) is gone: drained`))
      assert.equal((await pidsOf(port, 2)).size, 2)
    })
  })

describe('the heap limit', () => {
  it('is what the option says, and stays what the user gave Node', async (t) => {
    const options = { OPTIONS: JSON.stringify({ workers: 1, heapLimit: 100 * mebibyte }) }
    const limited = start(t, 'server.js', { env: options })
    const limit = Number((await get(await limited.listens(), '/heap')).body) / mebibyte
    assert.ok(limit >= 100 && limit < 400, `${limit} MiB`)
    const given = start(t, 'server.js', { env: options, nodeArgs: ['--max-old-space-size=300'] })
    assert.ok(Number((await get(await given.listens(), '/heap')).body) / mebibyte >= 300)
  })
})

describe('vital signs', () => {
  it('are in the snapshot of the workers', async (t) => {
    const program = start(t, 'server.js', { env: { OPTIONS: '{"workers":1}', PRINT_VITALS: '1' } })
    const port = await program.listens()
    for (let request = 0; request < 10; request++) await get(port)
    const [, text] = await program.sees(/vitals: (.*"requests":10.*)/)
    const vitals = JSON.parse(text!)
    assert.ok(vitals.rss > 20 * mebibyte)
    assert.ok(vitals.utilization >= 0 && vitals.utilization <= 1 && vitals.loopDelay.p99 > 0)
  })
})

describe('a spare', () => {
  const env = (spares: number) => ({ OPTIONS: JSON.stringify({ workers: 1, spares }), BOOT_TIME: '2000' })

  it('takes the place of a worker that dies, long before another could boot', async (t) => {
    const program = start(t, 'server.js', { env: env(1) })
    const port = await program.listens()
    await program.until(() => program.output.split('is ready').length === 3, 'ready spare')
    const serving = Number((await get(port, '/pid')).body)
    const spare = program.workers().find((pid) => pid !== serving)
    for (let asked = 0; asked < 20; asked++)
      assert.equal(Number((await get(port, '/pid')).body), serving, 'a spare accepts nothing')
    const since = program.output.length
    const killedAt = Date.now()
    process.kill(serving, 'SIGKILL')
    assert.equal(Number((await get(port, '/pid')).body), spare)
    t.diagnostic(`served again after ${Date.now() - killedAt} ms; the app takes 2000 ms to boot`)
    assert.doesNotMatch(program.output.slice(since), /is ready/)
    await program.sees(/is ready/, since)
    assert.equal(program.workers().length, 2, 'there is a spare again')
  })

  it('is refreshed by a reload', async (t) => {
    const program = start(t, 'server.js', {
      env: { OPTIONS: '{"workers":1,"spares":1,"reload":{"soak":50}}' },
    })
    const port = await program.listens()
    await program.until(() => program.output.split('is ready').length === 3, 'ready spare')
    const since = program.output.length
    program.kill('SIGHUP')
    await program.sees(/reload done[^]*generation 2\) is ready/, since)
    await eventually(() => program.workers().length === 2, 'one worker and one spare')
    await toldWorkers(
      port,
      (workers) =>
        workers.map(({ state, generation }) => `${state} ${generation}`).join() === 'ready 2,spare 2',
      'one worker and one spare, of the new release',
    )
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })
})
