import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { describe, it } from 'node:test'
import { get } from './support/http.ts'
import { ask, connect } from './support/http2-client.ts'
import { type Program, start } from './support/program.ts'

/** Begins to read, and leaves. */
async function leave(program: Program, port: number, path: string, sign: RegExp | undefined): Promise<void> {
  const request = http.get({ host: '127.0.0.1', port, path, agent: false })
  request.on('error', () => {})
  request.on('response', (response) => response.on('error', () => {}))
  await (sign ? program.sees(sign) : once(request, 'response'))
  request.destroy()
}

describe('a fetch handler', () => {
  it('serves over HTTP/1 and HTTP/2, ends no worker by an error, and drains', async (t) => {
    const program = start(t, 'fetch.js', { env: { OPTIONS: JSON.stringify({ workers: 1 }) } })
    const port = await program.listens()
    const [, h2c] = await program.sees(/h2c at (\d+)\./)
    const session = connect('h2c', Number(h2c))
    t.after(() => session.destroy())
    const [pid] = program.workers()

    assert.equal((await get(port)).body, 'app')
    assert.deepEqual((await get(port, '/cookies')).headers['set-cookie'], ['a=1', 'b=2'])
    assert.match((await get(port, '/address')).body, /127\.0\.0\.1 \d+$/)
    assert.deepEqual(
      [(await get(port, '/livez')).body, (await get(port, '/readyz')).body],
      ['yes\n', 'yes\n'],
    )
    assert.equal((await ask(session, '/cookies')).body, 'cookies')
    assert.equal((await get(port, '/rewrites')).body, 'app')

    for (const [path, told] of [
      ['/throws', 'Error: thrown as told'],
      ['/rejects', 'Error: rejected as told'],
      [
        '/nothing',
        'TypeError: The fetch handler returned undefined. Expected: a Response, or a promise of one.',
      ],
    ] as const) {
      const { status, body } = await get(port, path)
      assert.deepEqual([status, body], [500, 'Internal Server Error\n'], path)
      assert.equal((await ask(session, path)).status, 500, path)
      assert.equal(program.output.split(told).length, 3, path)
    }
    await assert.rejects(get(port, '/breaks'), { code: 'ECONNRESET' })
    await assert.rejects(ask(session, '/breaks'))

    // Nobody waits for what a client has left.
    await leave(program, port, '/stream', undefined)
    await program.sees(/cancelled/)
    await leave(program, port, '/wait', /waits/)
    await program.sees(/left/)

    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    const upload = http.request({ port, path: '/unread', method: 'POST', agent }).end(Buffer.alloc(1_000_000))
    const [response] = (await once(upload, 'response')) as [http.IncomingMessage]
    await response.toArray()
    assert.equal((await get(port, '/', agent)).body, 'app')
    agent.destroy()
    assert.deepEqual(program.workers(), [pid], 'the same worker')

    // The answer that comes after a crash does no further harm.
    const calm = program.output.length
    assert.equal((await get(port, '/crash')).status, 500)
    await program.sees(/is gone: exit code 1, Error: crashed as told/)
    assert.deepEqual(program.output.slice(calm).match(/^\w*Error.*/gm), ['Error: crashed as told'])

    assert.equal((await get(port, '/later')).body, 'answered')
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.match(program.output, /what outlives its answer ends\nonShutdown\nonShutdown/)
    assert.doesNotMatch(program.output, /abort/i)
  })

  it('is told from a function that makes an app by its parameter', async (t) => {
    const program = start(t, 'fetch.js', { env: { OPTIONS: '{"workers":0}', TARGET: 'response' } })
    assert.equal(await program.ends(), 1)
    assert.match(program.output, /ERR_CLUSTERED_BAD_TARGET/)
    assert.match(
      program.output,
      /returned an object \(Response\)\. Expected: a fetch handler with one parameter/,
    )
  })
})
