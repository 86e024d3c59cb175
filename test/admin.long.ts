import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import net from 'node:net'
import { describe, it } from 'node:test'
import { Administered, token } from './support/admin.ts'
import { balances } from './support/balances.ts'
import { flood } from './support/flood.ts'
import { get } from './support/http.ts'
import { load, nodeClients } from './support/load.ts'
import { eventually } from './support/program.ts'

/** Whether a connection is taken. */
function connects(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', ({ code }: NodeJS.ErrnoException) => resolve(code !== 'ECONNREFUSED'))
  })
}

for (const balance of balances)
  for (const shutdownDelay of [0, 400])
    it(`readiness says no before a connection is refused (${balance}, shutdownDelay ${shutdownDelay})`, async (t) => {
      const there = await Administered.open(t, 0, { workers: 2, balance, shutdownDelay })
      const events = [] as string[]
      let over = false
      const probing = (async () => {
        while (!over) {
          const status = await there.ask('/readyz').then(
            (answer) => answer.status,
            () => 0,
          )
          if (status !== 200) events.push(status === 503 ? 'no' : 'gone')
          await new Promise((resolve) => setTimeout(resolve, 3))
        }
      })()
      const connecting = (async () => {
        while (!over) if (!(await connects(there.port))) events.push('refused')
      })()
      await eventually(async () => (await get(there.port)).body === 'hello', 'it serves')
      assert.equal(events.length, 0)
      there.program.kill('SIGTERM')
      assert.equal(await there.program.ends(), 0)
      await eventually(() => events.includes('refused') && events.includes('gone'), 'it is gone')
      over = true
      await Promise.all([probing, connecting])
      assert.equal(events[0], 'no', events.slice(0, 20).join())
      assert.ok(events.filter((event) => event === 'no').length > 1, 'it goes on saying so')
    })

interface Held {
  descriptors: number
  /** Bytes. */
  rss: number
}

function heldBy(pid: number): Held {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return {
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    rss: Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024,
  }
}

describe('whatever is done to the admin port', () => {
  it('leaves the program as it is', async (t) => {
    const there = await Administered.open(t, { port: 0, token }, { workers: 2 })
    const { program, adminPort: port } = there
    for (let asked = 0; asked < 300; asked++) await there.ask('/v1/program')
    const before = heldBy(program.pid)
    const clients = load([
      ...nodeClients(4, { port: there.port }, { expect: 'hello' }),
      ...nodeClients(4, { port: there.port }, { expect: 'hello' }, false),
    ])
    const sockets = new Set<net.Socket>()
    const raw = (bytes: string, reads = true): net.Socket => {
      const socket = net.connect(port, '127.0.0.1')
      t.after(() => socket.destroy())
      socket.on('error', () => {})
      // Who does not read does not hear of the end.
      if (reads) sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
      if (bytes) socket.write(bytes)
      if (reads) socket.resume()
      return socket
    }
    const head = 'Host: localhost\r\n'

    /** Half of what there is. */
    const wave = async (): Promise<Held> => {
      // Connections, each of which comes back when it is closed.
      const flooding = flood(port, 2000, true)
      await eventually(() => flooding.opened >= 5000, '5,000 connections')
      assert.ok(heldBy(program.pid).descriptors < before.descriptors + 1100, 'not all of them are kept')
      // A probe that comes meanwhile is answered, as one that asks is preferred to one that waits.
      const statuses = await Promise.all(
        Array.from({ length: 20 }, () =>
          there.ask('/readyz').then(
            ({ status }) => status,
            () => 0,
          ),
        ),
      )
      t.diagnostic(`${flooding.opened} connections; probes meanwhile: ${statuses.join(' ')}`)
      assert.ok(statuses.filter((status) => status === 200).length >= 15, statuses.join())
      flooding.stop()

      // Those that send slowly, read slowly, ask ahead, or send what is no request.
      for (let count = 0; count < 50; count++) {
        raw(`GET /readyz HTTP/1.1\r\n${head}X-`)
        raw(
          `POST /v1/scale HTTP/1.1\r\n${head}Authorization: Bearer ${token}\r\nContent-Length: 4000\r\n\r\n{`,
        )
        raw(`GET /v1/program HTTP/1.1\r\n${head}\r\n`.repeat(count < 3 ? 2000 : 5), count % 2 === 0)
        raw(`POST /readyz HTTP/1.1\r\n${head}Content-Length: 100000000\r\n\r\n${'x'.repeat(100_000)}`)
        raw(`${'x'.repeat(50_000)}\r\n\r\n`)
        raw(`GET /${'x'.repeat(50_000)} HTTP/1.1\r\n${head}\r\n`)
        raw(`CONNECT localhost:1 HTTP/1.1\r\n${head}\r\n`)
        raw(`GET / HTTP/1.1\r\n${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
        raw(`GET / HTTP/1.1\r\n\r\n`)
      }
      for (let asked = 0; asked < 20; asked++) {
        assert.equal((await there.ask('/readyz')).status, 200)
        assert.equal((await there.ask('/livez')).status, 200)
      }
      await eventually(() => sockets.size === 0, 'every one of them that reads is closed')
      await eventually(
        () => heldBy(program.pid).descriptors <= before.descriptors + 4,
        'no descriptor is left',
      )
      return heldBy(program.pid)
    }
    const [first, second] = [await wave(), await wave()]
    await clients.stop()
    t.diagnostic(`${clients.answered} requests answered, the slowest after ${Math.round(clients.worst)} ms`)
    assert.deepEqual(clients.failures, [])
    assert.ok(clients.answered > 100)
    const mebibytes = [before, first, second].map(({ rss }) => rss / 2 ** 20)
    t.diagnostic(`MiB before, after half and after all: ${mebibytes.map(Math.round).join(', ')}`)
    assert.ok(second.rss < first.rss + 32 * 2 ** 20, 'the second half takes no more than the first')
    assert.deepEqual(program.output.match(/failed|crashed|is gone/g), null)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })
})
