import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { get } from './support/http.ts'
import { start } from './support/program.ts'

describe('single mode', () => {
  const env = { OPTIONS: '{"workers":0}' }

  it('serves from the one process, drains at SIGTERM, ends with 0', async (t) => {
    const program = start(t, 'server.js', { env })
    const [, port] = await program.sees(/listening on .*:(\d+), single mode/)
    assert.match(program.output, /callback in single: ok/)
    assert.equal(Number((await get(Number(port), '/pid')).body), program.pid)
    assert.deepEqual(program.workers(), [])
    const answer = get(Number(port), '/slow?ms=2000')
    await program.sees(/slow request begins/)
    program.kill('SIGTERM')
    assert.equal((await answer).body, 'slow')
    assert.equal(await program.ends(), 0)
  })

  it('says what it cannot do', async (t) => {
    const program = start(t, 'server.js', { env })
    const [, port] = await program.sees(/listening on .*:(\d+), single mode/)
    program.kill('SIGHUP')
    await program.sees(/SIGHUP is ignored: single mode/)
    assert.match(
      (await get(Number(port), '/reload')).body,
      /ERR_CLUSTERED_SINGLE_MODE: reload: this is single mode/,
    )
    assert.match((await get(Number(port), '/scale?to=2')).body, /ERR_CLUSTERED_SINGLE_MODE/)
  })

  it('ends with exit code 1 when the port is in use', async (t) => {
    const first = start(t, 'server.js', { env })
    const [, port] = await first.sees(/listening on .*:(\d+), single mode/)
    const second = start(t, 'server.js', { env: { ...env, LISTEN: `[${port}]` } })
    assert.equal(await second.ends(), 1)
    assert.equal(second.output.match(/EADDRINUSE: address already in use/g)?.length, 1)
    assert.match(second.output, /callback in single: EADDRINUSE/)
  })
})

describe('a debugger', () => {
  it('attaches to the primary and to each worker, on ports of their own', async (t) => {
    const program = start(t, 'server.js', {
      env: { OPTIONS: '{"workers":2,"bootTimeout":100}' },
      nodeArgs: ['--inspect=0'],
    })
    const port = await program.listens()
    const addresses = new Set(
      [...program.output.matchAll(/Debugger listening on (\S+)/g)].map(([, address]) => address),
    )
    assert.equal(addresses.size, 3)
    assert.equal((await get(port)).body, 'hello')
  })
})
