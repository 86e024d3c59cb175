import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { load, mixedClients } from './support/load.ts'
import { eventually, start } from './support/program.ts'

for (const balance of balances)
  describe(`an uncaught error (${balance})`, () => {
    const env = (more = {}) => ({ OPTIONS: JSON.stringify({ workers: 1, balance, ...more }) })

    for (const path of ['/crash', '/throw'])
      it(`ends the request that caused it with a 500, and no other (${path})`, async (t) => {
        const program = start(t, 'server.js', { env: env() })
        const port = await program.listens()
        const [worker] = program.workers()
        const other = get(port, '/slow?ms=2000')
        await program.sees(/slow request begins/)
        const { status, headers } = await get(port, path)
        assert.equal(status, 500)
        assert.equal(headers.connection, 'close')
        await program.sees(
          new RegExp(`pid ${worker}\\) crashed, Error: crashed as told. It serves on until another`),
        )
        await eventually(
          async () => Number((await get(port, '/pid')).body) !== worker,
          'another worker has its place',
        )
        assert.equal((await other).body, 'slow')
        await program.sees(new RegExp(`pid ${worker}\\) is gone: exit code 1, Error: crashed as told`))
        assert.match(program.output, /\n {4}at .*server\.js/, 'its stack is printed')
      })

    it('ends the request whose body was being read', async (t) => {
      const program = start(t, 'server.js', { env: env() })
      const port = await program.listens()
      const request = http.request({ port, path: '/throw-at-end', method: 'POST', agent: false })
      request.write('first')
      await program.sees(/body begins/)
      request.end('last')
      const [response] = (await once(request, 'response')) as [http.IncomingMessage]
      assert.equal(response.statusCode, 500)
    })

    it('costs no other client anything', async (t) => {
      const program = start(t, 'server.js', { env: env({ workers: 2 }) })
      const port = await program.listens()
      const what = { path: '/later?ms=2', expect: 'later' }
      const clients = load(mixedClients(4, { port }, what))
      for (let crash = 0; crash < 4; crash++) {
        const since = program.output.length
        assert.equal((await get(port, '/crash')).status, 500)
        await program.sees(/is ready/, since)
      }
      await clients.stop()
      assert.deepEqual(clients.failures, [])
    })

    it("ends the worker at once with crash: 'exit'", async (t) => {
      const program = start(t, 'server.js', { env: env({ crash: 'exit' }) })
      const port = await program.listens()
      await assert.rejects(get(port, '/crash'), { code: 'ECONNRESET' })
      await program.sees(/is gone: exit code 1, Error: crashed as told/)
    })

    it('is the business of the app that handles it', async (t) => {
      const program = start(t, 'handles-errors.js', { env: env() })
      const port = await program.listens()
      assert.equal((await get(port)).body, 'handled: of the app')
      assert.doesNotMatch(program.output, /drains/)
    })
  })

it('drains after a crash for 10 s at most, however patient drainTimeout is', async (t) => {
  const program = start(t, 'server.js', {
    env: { OPTIONS: JSON.stringify({ workers: 1, drainTimeout: 600_000 }) },
  })
  const port = await program.listens()
  const slow = assert.rejects(get(port, '/slow?ms=300000'), { code: 'ECONNRESET' })
  await program.sees(/slow request begins/)
  await get(port, '/crash')
  await program.sees(/is gone: exit code 1/)
  await slow
})
