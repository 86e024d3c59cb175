import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { describe, it } from 'node:test'
import tls from 'node:tls'
import { balances } from './support/balances.ts'
import { EchoClient } from './support/echo-client.ts'
import { ask, connect } from './support/http2-client.ts'
import { load } from './support/load.ts'
import { start } from './support/program.ts'

for (const balance of balances) {
  const options = (more = {}) => JSON.stringify({ workers: 2, balance, reload: { soak: 50 }, ...more })

  for (const protocol of ['h2', 'h2c'])
    describe(`a server of streams (${protocol}, ${balance})`, () => {
      const env = (more = {}) => ({ env: { OPTIONS: options(more), PROTOCOL: protocol } })

      it('sends its own trailers, also while it drains, and is counted', async (t) => {
        const program = start(t, 'http2-streams.js', env({ workers: 1 }))
        const session = connect(protocol, await program.listens())
        t.after(() => session.destroy())
        assert.deepEqual((await ask(session, '/', 'echo')).trailers['x-sum'], '1')
        await program.sees(/"requests":1,/)
        const slow = ask(session, '/?ms=3000', 'slow')
        await program.sees(/"inFlight":1,"requests":2,/)
        program.kill('SIGHUP')
        await once(session, 'goaway')
        const { body, trailers } = await slow
        assert.deepEqual([body, trailers['x-sum']], ['slow', '1'])
        await program.sees(/gone: drained/)
        assert.doesNotMatch(program.output, /Error/)
      })

      for (const path of ['/throw', '/crash', '/crash-in-body'])
        it(`answers the stream with a 500 that caused an uncaught error, and the others (${path})`, async (t) => {
          const program = start(t, 'http2-streams.js', env())
          const session = connect(protocol, await program.listens())
          t.after(() => session.destroy())
          const other = ask(session, '/?ms=1000', 'other')
          await program.sees(/slow request begins/)
          assert.equal((await ask(session, path, 'body')).status, 500)
          assert.equal((await other).body, 'other')
          await program.sees(/Error: crashed as told/)
        })

      it('resets the stream that caused it when its head is sent', async (t) => {
        const program = start(t, 'http2-streams.js', env())
        const session = connect(protocol, await program.listens())
        t.after(() => session.destroy())
        const other = ask(session, '/?ms=1000', 'other')
        await program.sees(/slow request begins/)
        await assert.rejects(ask(session, '/crash-after-head'), /NGHTTP2_INTERNAL_ERROR/)
        assert.equal((await other).body, 'other')
      })
    })

  for (const path of ['/throw', '/crash', '/crash-in-body'])
    it(`answers a request of the compatibility layer with a 500 that caused an uncaught error (${path}, ${balance})`, async (t) => {
      const program = start(t, 'http2-streams.js', {
        env: { OPTIONS: options({ workers: 1 }), PROTOCOL: 'h2c', COMPATIBLE: '1' },
      })
      const session = connect('h2c', await program.listens())
      t.after(() => session.destroy())
      const other = ask(session, '/', 'other')
      assert.equal((await ask(session, path, 'body')).status, 500)
      assert.equal((await other).body, 'other')
    })

  it(`says GOAWAY to a session whose handshake ends after the drain began (${balance})`, async (t) => {
    const program = start(t, 'http2-streams.js', {
      env: { OPTIONS: options({ workers: 1 }), PROTOCOL: 'h2' },
    })
    const port = await program.listens()
    const early = connect('h2', port)
    const slow = ask(early, '/?ms=6000', 'slow')
    // Connected, and silent until the drain: the worker that drains must have it.
    const socket = net.connect(port)
    await once(socket, 'connect')
    await program.sees(/"connections":1,/)
    await program.sees(/slow request begins/)
    program.kill('SIGHUP')
    await once(early, 'goaway')
    const late = connect('h2', port, {
      createConnection: () => tls.connect({ socket, ALPNProtocols: ['h2'], rejectUnauthorized: false }),
    })
    const goaway = once(late, 'goaway')
    assert.equal((await ask(late, '/', 'late')).body, 'late')
    await goaway
    assert.equal((await slow).body, 'slow')
  })

  describe(`gRPC (${balance})`, () => {
    const boot = async (t: Parameters<typeof start>[0], workers: number) => {
      const program = start(t, 'grpc.js', { env: { OPTIONS: options({ workers }) } })
      await program.listens()
      const [, port] = await program.sees(/gRPC at (\d+)\./)
      const client = new EchoClient(Number(port))
      t.after(() => client.close())
      return { program, client, port: Number(port) }
    }

    it('answers calls of every kind, through reloads', async (t) => {
      const { program, client, port } = await boot(t, 2)
      const other = new EchoClient(port)
      t.after(() => other.close())
      const calls = [client, other].flatMap((echo) => [
        async () => assert.equal(await echo.unary('a'), 'a'),
        async () => assert.equal(await echo.collect('a', 'b'), 'ab'),
        async () => assert.deepEqual(await echo.repeat('a'), ['a', 'a', 'a', 'a', 'a']),
        async () => assert.deepEqual(await echo.chat('a', 'b'), ['a', 'b']),
      ])
      const clients = load(calls)
      t.after(() => clients.stop())
      for (let reload = 0; reload < 3; reload++) {
        const since = program.output.length
        program.kill('SIGHUP')
        await program.sees(/reload done/, since)
      }
      await clients.stop()
      assert.deepEqual(clients.failures, [])
      t.diagnostic(`${clients.answered} calls`)
      assert.doesNotMatch(program.output, /Error/)
    })

    for (const kind of ['unary', 'collect', 'repeat', 'chat'] as const)
      it(`ends the call that caused an uncaught error with INTERNAL, and no other (${kind})`, async (t) => {
        const { program, client } = await boot(t, 1)
        const other = client.chat('a', ...Array.from({ length: 1000 }, () => 'b'))
        other.catch(() => {})
        await assert.rejects(client[kind]('crash'), { code: 13 })
        assert.equal((await other).length, 1001)
        await program.sees(/Error: crashed as told/)
      })
  })
}
