import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { describe, it } from 'node:test'
import { clustered } from '@clustered/hono'
import { Hono } from 'hono'
import { WebSocket } from 'ws'
import { order } from './support/events.ts'
import { get } from './support/http.ts'
import { start } from './support/program.ts'

/** What is asked for, and the status and route that it is counted under. */
const routes: Record<string, [status: number, route?: string]> = {
  '/users/17': [200, '/users/:id'],
  '/users/18?x=1': [200, '/users/:id'],
  '/users/17/fails': [500, '/users/:id/fails'],
  '/users/17/posts/4': [200, '/users/:user/posts/:post'],
  '/users/17/posts/4/fails': [500, '/users/:user/posts/:post/fails'],
  '/first': [200, '/first'],
  '/second/17': [200, '/second/:id'],
  '/all/17': [200, '/all/:id'],
  '/denied/17': [200, '/denied/:id'],
  '/denied/17?denied': [401],
  '/hono.js': [200, '/*'],
  // Some handler took each of these, and passed it on.
  '/users/17/passed': [404],
  '/ignored/17': [404],
  '/nowhere/17': [404],
  '/livez': [200],
}

interface Answered {
  name: string
  series: { labels: Record<string, string>; counts: number[] }[]
}

function tally(keys: Iterable<string>): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const key of keys) counts[key] = (counts[key] ?? 0) + 1
  return counts
}

/** An event stream, read to its end. */
async function readEvents(port: number): Promise<{ begins: Promise<unknown>; ends: Promise<string> }> {
  const request = http.get({ host: '127.0.0.1', port, path: '/events', agent: false })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  return {
    begins: once(response, 'readable'),
    ends: response.toArray().then((chunks) => String(Buffer.concat(chunks as Buffer[]))),
  }
}

/** It gets an answer. */
async function openWebSocket(port: number): Promise<WebSocket> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/ws/kitchen`)
  await once(socket, 'open')
  socket.send('hello')
  assert.equal(String((await once(socket, 'message'))[0]), 'hello from the kitchen')
  return socket
}

describe('a Hono app', () => {
  it('serves as under @hono/node-server, and is counted by its routes', async (t) => {
    const program = start(t, 'hono.js', { env: { OPTIONS: JSON.stringify({ workers: 1 }) } })
    const port = await program.listens()

    const wanted: string[] = []
    for (const [path, [status, route]] of Object.entries(routes)) {
      assert.equal((await get(port, path)).status, status, path)
      wanted.push(`${status} ${route}`)
    }
    const metrics = JSON.parse((await get(port, '/metrics')).body) as Answered[]
    const durations = metrics.find(({ name }) => name === 'http_server_request_duration_seconds')!
    const seen = durations.series.map(({ labels, counts }) => [
      `${labels['http_response_status_code']} ${labels['http_route']}`,
      counts.reduce((sum, count) => sum + count),
    ])
    assert.deepEqual(Object.fromEntries(seen), tally(wanted))

    const [ofSocket, ofHelper, host] = JSON.parse((await get(port, '/incoming')).body)
    assert.ok(ofSocket > 0 && ofSocket === ofHelper && host === `127.0.0.1:${port}`)
    assert.match((await get(port, '/hono.js')).body, /^\/\/ A Hono app/)

    // What lives long is told to come back, as is what waits.
    const socket = await openWebSocket(port)
    const closed = once(socket, 'close')
    const { begins, ends } = await readEvents(port)
    await begins
    assert.equal((await get(port, '/later')).body, 'answered')
    program.kill('SIGTERM')
    assert.equal((await closed)[0], 1012)
    assert.match(await ends, /id: \d+\n\n$/)
    assert.equal(await program.ends(), 0)
    const steps = ['what outlives its answer ends', 'onShutdown']
    assert.deepEqual(order(program, steps), steps)
    assert.match(program.output, /held work failed: Error: no harm/)
    assert.match(program.output, /the event stream is told/)
    assert.match(program.output, /a WebSocket is closed with 1012/)
  })

  it('has the options of every other app', () => {
    const expected = { code: 'ERR_CLUSTERED_BAD_OPTION' }
    const websocket = { server: {} }
    for (const options of [8000, { worker: 1 }, { onServer: 1, websocket }])
      assert.throws(() => clustered(new Hono(), options as never), expected)
  })

  it('is what the option websocket is for', async (t) => {
    t.mock.method(console, 'error', () => {})
    const options = { logger: false, websocket: { server: {} } } as const
    await assert.rejects(clustered(http.createServer(), options).listen(0).ready, {
      code: 'ERR_CLUSTERED_BAD_OPTION',
      message: /^The option websocket is for an app\. Give it to createAdaptorServer/,
    })
  })
})
