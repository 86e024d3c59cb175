import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { load, nodeClients, undiciClients } from './support/load.ts'
import { eventually, start } from './support/program.ts'

const modes = [
  ...balances.map((balance) => ({ name: balance, options: { workers: 2, balance } })),
  { name: 'single mode', options: { workers: 0 } },
]

for (const { name, options } of modes)
  describe(`shutdownDelay (${name})`, () => {
    const env = (shutdownDelay: number) => ({
      env: { OPTIONS: JSON.stringify({ ...options, shutdownDelay }) },
    })

    it('has the cluster say that it is closing, and serve, until it is over', async (t) => {
      const program = start(t, 'lifecycle.js', env(6000))
      const port = await program.listens()
      await eventually(async () => (await get(port, '/ready')).status === 200, 'it is ready')
      const clients = load([
        ...nodeClients(3, { port }, { expect: 'hello' }, false),
        ...nodeClients(3, { port }, { expect: 'hello' }),
        ...undiciClients(3, { port }, { expect: 'hello' }),
      ])
      program.kill('SIGTERM')
      await program.sees(/closing: SIGTERM/)
      await eventually(async () => (await get(port, '/ready')).status === 503, 'it is not ready')
      for (let asked = 0; asked < 20; asked++)
        assert.deepEqual(await get(port, '/ready').then(({ status, body }) => [status, body]), [
          503,
          'closing',
        ])
      const before = clients.answered
      await eventually(() => clients.answered > before + 50, 'requests are answered')
      await clients.stop()
      assert.deepEqual(clients.failures, [])
      assert.doesNotMatch(program.output, /onDrain begins/, 'all of this was before the drain')
      assert.equal(await program.ends(), 0)
      await assert.rejects(get(port))
    })

    it('is cut short by a second signal', async (t) => {
      const program = start(t, 'lifecycle.js', env(600_000))
      const port = await program.listens()
      await get(port)
      program.kill('SIGTERM')
      await program.sees(/closing: SIGTERM/)
      program.kill('SIGINT')
      assert.equal(await program.ends(), 130)
    })

    it('holds for close() as well', async (t) => {
      const program = start(t, 'lifecycle.js', env(1500))
      const port = await program.listens()
      await get(port, '/close')
      await eventually(async () => (await get(port, '/ready')).status === 503, 'it is not ready')
      await program.sees(/onDrain begins/)
      if (options.workers) assert.equal(await program.ends(), 0)
    })
  })

describe('shutdownDelay', () => {
  it('is a time in which workers that die are replaced', async (t) => {
    const program = start(t, 'lifecycle.js', { env: { OPTIONS: '{"workers":1,"shutdownDelay":600000}' } })
    const port = await program.listens()
    program.kill('SIGTERM')
    await program.sees(/closing: SIGTERM/)
    const [old] = program.workers()
    process.kill(old!, 'SIGKILL')
    await program.sees(/is gone[^]*is ready/)
    assert.notEqual(Number((await get(port, '/pid')).body), old)
    await eventually(async () => (await get(port, '/ready')).body === 'closing', 'the new one knows')
    // Another one than the first: a boot takes less than the 100 ms in which two that are the same count as one.
    program.kill('SIGINT')
    await program.ends()
  })

  it('is no time in which a signal to the whole group replaces workers', async (t) => {
    const program = start(t, 'lifecycle.js', { env: { OPTIONS: '{"workers":2,"shutdownDelay":2000}' } })
    await program.listens()
    for (const pid of [...program.workers(), program.pid]) process.kill(pid, 'SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.equal(program.output.match(/is ready after/g)?.length, 2)
  })

  it('does not hold up a cluster that has never served', async (t) => {
    const env = { OPTIONS: '{"workers":1,"shutdownDelay":600000}', BOOT_TIME: '600000' }
    const program = start(t, 'server.js', { env })
    await eventually(() => program.workers().length === 1, 'a worker boots')
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })
})
