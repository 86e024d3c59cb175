import assert from 'node:assert/strict'
import { once } from 'node:events'
import http2 from 'node:http2'
import net from 'node:net'
import { Duplex } from 'node:stream'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { ask, connect } from './support/http2-client.ts'
import { type Client, load } from './support/load.ts'
import { start } from './support/program.ts'

const options = (more = {}) => JSON.stringify({ workers: 1, reload: { soak: 50 }, ...more })

/** The last stream of a GOAWAY that refuses none. */
const highest = 2 ** 31 - 1

/** `count` clients that share one session at a time, and make a new one when that has been told to end. */
function sharedSession(protocol: string, port: number, count: number): { clients: Client[]; end(): void } {
  let session = connect(protocol, port)
  const client = async (): Promise<void> => {
    if (session.closed) session = connect(protocol, port)
    assert.equal((await ask(session, '/', 'echo')).body, 'echo')
  }
  return { clients: Array.from({ length: count }, () => client), end: () => session.destroy() }
}

/** A connection on which all that the server sends comes `ms` later. */
function slowConnection(port: number, ms: number): Duplex {
  const socket = net.connect(port)
  const slow = new Duplex({
    read: () => {},
    write: (chunk, _, done) => void socket.write(chunk as Buffer, () => done()),
    final: (done) => void socket.end(done),
  })
  socket.on('data', (chunk) => setTimeout(() => slow.push(chunk), ms))
  socket.on('end', () => setTimeout(() => slow.push(null), ms))
  socket.on('error', () => {})
  return slow
}

for (const protocol of ['h2c', 'h2'])
  describe(`a drain of HTTP/2 (${protocol})`, () => {
    it('loses no request of a client that goes on when it has an answer, on many streams', async (t) => {
      const program = start(t, 'http2-streams.js', { env: { OPTIONS: options(), PROTOCOL: protocol } })
      const port = await program.listens()
      const sessions = Array.from({ length: 4 }, () => sharedSession(protocol, port, 5))
      const clients = load(
        sessions.flatMap((session) => session.clients),
        { hurried: true },
      )
      t.after(() => clients.stop())
      program.kill('SIGHUP')
      await program.sees(/gone: drained/)
      await clients.stop()
      for (const session of sessions) session.end()
      assert.deepEqual(clients.failures, [])
      t.diagnostic(`${clients.answered} requests`)
    })
  })

describe('a drain of HTTP/2 without TLS', () => {
  it('refuses no stream that was on its way, and takes none later', async (t) => {
    const program = start(t, 'http2-streams.js', { env: { OPTIONS: options(), PROTOCOL: 'h2c' } })
    const port = await program.listens()
    const session = connect('h2c', port, {
      createConnection: () => slowConnection(port, 50),
    })
    const goaways: number[] = []
    session.on('goaway', (_, last: number) => goaways.push(last))
    const closed = once(session, 'close')
    const refused: string[] = []
    await ask(session, '/')
    program.kill('SIGHUP')
    const requests: Promise<unknown>[] = []
    while (!session.closed) {
      const stream = session.request({ ':path': '/' })
      stream.resume().on('error', ({ message }) => {
        // Those that had not left the client when it read the notice have no number.
        if (goaways.some((last) => stream.id! > last)) refused.push(message)
      })
      requests.push(once(stream, 'close').catch(() => {}))
      await sleep(1)
    }
    await Promise.all(requests)
    await closed
    assert.equal(goaways[0], highest)
    assert.deepEqual(refused, [])
    await program.sees(/gone: drained/)
  })

  it('says GOAWAY before it cuts, however short drainTimeout is', async (t) => {
    const program = start(t, 'http2-streams.js', {
      env: { OPTIONS: options({ drainTimeout: 400 }), PROTOCOL: 'h2c' },
    })
    const session = connect('h2c', await program.listens())
    const goaway = once(session, 'goaway')
    await once(session, 'remoteSettings')
    program.kill('SIGTERM')
    assert.equal((await goaway)[0], http2.constants.NGHTTP2_NO_ERROR)
    assert.equal(await program.ends(), 0)
  })

  it('cuts a stream without an end at drainTimeout', async (t) => {
    const program = start(t, 'http2-streams.js', {
      env: { OPTIONS: options({ drainTimeout: 1500 }), PROTOCOL: 'h2c' },
    })
    const session = connect('h2c', await program.listens())
    session.on('error', () => {})
    const endless = ask(session, '/?ms=60000')
    endless.catch(() => {})
    await program.sees(/slow request begins/)
    program.kill('SIGTERM')
    await assert.rejects(endless)
    assert.equal(await program.ends(), 0)
  })
})
