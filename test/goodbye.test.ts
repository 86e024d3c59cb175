import assert from 'node:assert/strict'
import { once } from 'node:events'
import https from 'node:https'
import net from 'node:net'
import { describe, it } from 'node:test'
import { WebSocket } from 'ws'
import { get } from './support/http.ts'
import {
  Http2EventStreams,
  RawEventStream,
  RawWebSocket,
  upgradeTo,
  type Where,
} from './support/long-lived.ts'
import { type Program, start } from './support/program.ts'

const libraries = ['/ws', '/ws5', '/websocket', '/faye', '/pieces']
const forms = ['/lf', '/crlf', '/pieces', '/silent', '/nothing', '/gzip']

interface Clients {
  sockets: RawWebSocket[]
  streams: RawEventStream[]
}

async function connect(where: Where, each = 1): Promise<Clients> {
  const sockets = libraries
    .flatMap((path) => Array.from({ length: each }, () => path))
    .map((path) => RawWebSocket.open(where, path))
  const streams = forms
    .flatMap((path) => Array.from({ length: each }, () => path))
    .map((path) => RawEventStream.open(where, path))
  return { sockets: await Promise.all(sockets), streams: await Promise.all(streams) }
}

async function hearGoodbye({ sockets, streams }: Clients): Promise<void> {
  await Promise.all([
    ...sockets.map((socket) => socket.saysGoodbye()),
    ...streams.map((stream) => stream.isComplete()),
  ])
}

/** How long (in ms) each drain has taken so far. */
function drains({ output }: Program): number[] {
  return [...output.matchAll(/drained in (\d+) ms/g)].map(([, ms]) => Number(ms))
}

function assertDrained(program: Program): void {
  assert.ok(drains(program).length > 0)
  assert.ok(
    drains(program).every((ms) => ms < 7000),
    `drains took ${drains(program).join(', ')} ms`,
  )
  assert.doesNotMatch(program.output, /crash|Error/)
}

describe('a goodbye', () => {
  const options = (more = {}) =>
    JSON.stringify({ workers: 2, drainTimeout: 10_000, reload: { soak: 50 }, ...more })

  it('is said on every WebSocket and event stream, in a reload and at the end', async (t) => {
    const program = start(t, 'long-lived.js', { env: { OPTIONS: options() } })
    const where = { port: await program.listens() }
    const clients = await connect(where, 2)
    const webSocket = new WebSocket(`ws://127.0.0.1:${where.port}/ws`)
    const closed = once(webSocket, 'close')
    await once(webSocket, 'message')
    const reloaded = program.call('reload')
    const answer = RawEventStream.open(where, '/answer')
    await hearGoodbye(clients)
    assert.match(await (await answer).isComplete(), /xxxx/, 'an answer that ends by itself has its time')
    assert.equal((await closed)[0], 1012)
    assert.equal(await reloaded, 'ok')
    const others = await connect(where)
    program.kill('SIGTERM')
    await hearGoodbye(others)
    assert.equal(await program.ends(), 0)
    assert.equal(drains(program).length, 4)
    assertDrained(program)
  })

  it('is said by a worker whose crash is contained, over TLS', async (t) => {
    const program = start(t, 'long-lived.js', { env: { KIND: 'https', OPTIONS: options({ workers: 1 }) } })
    const where = { port: await program.listens(), secure: true }
    const clients = await connect(where)
    https
      .get({ host: '127.0.0.1', port: where.port, path: '/crash', rejectUnauthorized: false, agent: false })
      .on('response', (answer) => answer.resume())
    await hearGoodbye(clients)
    await program.sees(/drained in/)
    assert.ok(drains(program).every((ms) => ms < 7000))
  })

  for (const KIND of ['http2', 'http2 streams'])
    it(`is said on the streams of HTTP/2 (${KIND})`, async (t) => {
      const program = start(t, 'long-lived.js', { env: { KIND, OPTIONS: options({ workers: 1 }) } })
      const streams = new Http2EventStreams(await program.listens())
      for (const form of forms) await streams.open(form)
      program.kill('SIGTERM')
      await streams.areComplete()
      assert.equal(await program.ends(), 0)
      assertDrained(program)
    })

  describe('in single mode', () => {
    const env = { OPTIONS: options({ workers: 0 }) }

    it('is said on every WebSocket and event stream, and on what begins late', async (t) => {
      const program = start(t, 'long-lived.js', { env })
      const port = Number((await program.sees(/listening on .*:(\d+), single mode/))[1])
      const clients = await connect({ port })
      // It keeps the drain from ending for now.
      const other = net.connect(port, '127.0.0.1')
      other.write(upgradeTo('/other', 'other'))
      await once(other, 'data')
      const late = net.connect(port, '127.0.0.1')
      late.write(upgradeTo('/websocket').slice(0, 20))
      await get(port)
      program.kill('SIGTERM')
      await hearGoodbye(clients)
      late.write(upgradeTo('/websocket').slice(20))
      const bytes: Buffer[] = []
      late.on('data', (more: Buffer) => bytes.push(more))
      await once(late, 'data')
      while (!Buffer.concat(bytes).includes(Buffer.from([0x88, 2, 1012 >> 8, 1012 & 255])))
        await once(late, 'data')
      late.destroy()
      other.write('still here')
      assert.equal(String((await once(other, 'data'))[0]), 'still here')
      other.destroy()
      assert.equal(await program.ends(), 0)
    })

    it('waits for no client that does not answer', async (t) => {
      const program = start(t, 'long-lived.js', { env })
      const port = Number((await program.sees(/listening on .*:(\d+), single mode/))[1])
      const mute = await Promise.all(
        ['/ws', '/faye'].map((path) => RawWebSocket.open({ port }, path, { answers: false, talks: false })),
      )
      const began = Date.now()
      program.kill('SIGTERM')
      await Promise.all(mute.map((socket) => socket.saysGoodbye()))
      assert.equal(await program.ends(), 0)
      assert.ok(Date.now() - began < 7000, 'before drainTimeout')
    })

    it('is not said with goodbye: false', async (t) => {
      const program = start(t, 'long-lived.js', {
        env: { OPTIONS: options({ workers: 0, goodbye: false, drainTimeout: 500 }) },
      })
      const port = Number((await program.sees(/listening on .*:(\d+), single mode/))[1])
      const sockets = await Promise.all(['/ws', '/faye'].map((path) => RawWebSocket.open({ port }, path)))
      program.kill('SIGTERM')
      await Promise.all(sockets.map((socket) => socket.isCut()))
      assert.equal(await program.ends(), 0)
    })
  })
})
