import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import net from 'node:net'
import { describe, it } from 'node:test'
import { Administered, token } from './support/admin.ts'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { load, nodeClients } from './support/load.ts'
import { eventually, type Program } from './support/program.ts'

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
      t.after(() => (over = true))
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
      assert.ok(events.indexOf('refused') >= (shutdownDelay > 0 ? 5 : 1), 'throughout the delay')
      assert.ok(events.filter((event) => event === 'no').length > 1, 'it goes on saying so')
    })

interface Held {
  descriptors: number
  /** What is left after a collection, in bytes. */
  heap: number
}

async function heldBy({ pid, child }: Program): Promise<Held> {
  child.send('heap')
  const [heap] = (await once(child, 'message')) as [number]
  return { descriptors: descriptorsOf(pid), heap }
}

function descriptorsOf(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length
}

describe('whatever is done to the admin port', () => {
  it('leaves the program as it is', async (t) => {
    const there = await Administered.open(t, { port: 0, token }, { workers: 2 }, {}, ['--expose-gc'])
    const { program, adminPort: port } = there
    for (let asked = 0; asked < 50; asked++)
      for (const where of ['/v1/program', '/metrics', '/', '/readyz']) await there.ask(where)
    const before = await heldBy(program)
    const clients = load([
      ...nodeClients(4, { port: there.port }, { expect: 'hello' }),
      ...nodeClients(4, { port: there.port }, { expect: 'hello' }, false),
    ])
    // Connections that say nothing, each of which comes back when it is closed. Another process has them: in this one the
    // probes would wait for them, too.
    const flooding = fork(new URL('support/flood-process.js', import.meta.url), [String(port), '1500'])
    t.after(() => flooding.kill())
    let opened = 0
    flooding.on('message', (count) => (opened = Number(count)))
    await eventually(() => opened >= 10_000, '10,000 connections')
    assert.ok(descriptorsOf(program.pid) < before.descriptors + 2100, 'not all of them are kept')
    // A probe that comes meanwhile is answered, as one that asks is preferred to one that waits.
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        there.ask('/readyz').then(
          ({ status }) => String(status),
          (error: Error) => error.message,
        ),
      ),
    )
    t.diagnostic(`${opened} connections; probes meanwhile: ${answers.join(' ')}`)
    assert.ok(answers.filter((answer) => answer === '200').length >= 5, answers.join())
    flooding.kill()

    // Those that send slowly, read slowly, ask ahead, or send what is no request.
    const sockets = new Set<net.Socket>()
    const raw = (bytes: string, reads = true): void => {
      const socket = net.connect(port, '127.0.0.1')
      t.after(() => socket.destroy())
      socket.on('error', () => {})
      // Who does not read does not hear of the end.
      if (reads) sockets.add(socket.resume())
      socket.once('close', () => sockets.delete(socket))
      socket.write(bytes)
    }
    const head = 'Host: localhost\r\n'
    for (let count = 0; count < 50; count++) {
      raw(`GET /readyz HTTP/1.1\r\n${head}X-`)
      raw(`POST /v1/scale HTTP/1.1\r\n${head}Authorization: Bearer ${token}\r\nContent-Length: 4000\r\n\r\n{`)
      raw(`GET /page.js HTTP/1.1\r\n${head}\r\n`.repeat(count < 3 ? 2000 : 5), count % 2 === 0)
      raw(`GET /metrics HTTP/1.1\r\n${head}\r\n`, false)
      raw(`POST /readyz HTTP/1.1\r\n${head}Content-Length: 100000000\r\n\r\n${'x'.repeat(100_000)}`)
      raw(`${'x'.repeat(50_000)}\r\n\r\n`)
      raw(`GET /${'x'.repeat(50_000)} HTTP/1.1\r\n${head}\r\n`)
      raw(`CONNECT localhost:1 HTTP/1.1\r\n${head}\r\n`)
      raw(`GET / HTTP/1.1\r\n${head}Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n`)
      raw('GET / HTTP/1.1\r\n\r\n')
    }
    for (let asked = 0; asked < 10; asked++) {
      assert.equal((await there.ask('/readyz')).status, 200)
      assert.equal((await there.ask('/livez')).status, 200)
    }
    await eventually(() => sockets.size === 0, 'every one of them that reads is closed')
    await clients.stop()
    t.diagnostic(`${clients.answered} requests answered, the slowest after ${Math.round(clients.worst)} ms`)
    assert.deepEqual(clients.failures, [])
    assert.ok(clients.answered > 100)
    await eventually(() => descriptorsOf(program.pid) <= before.descriptors + 4, 'no descriptor is left')
    const after = await heldBy(program)
    t.diagnostic(`KiB before and after: ${before.heap >> 10}, ${after.heap >> 10}`)
    assert.ok(after.heap < before.heap + 3 * 2 ** 20, 'no memory is left')
    assert.equal(program.output.match(/failed|crashed|is gone/g), null)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })
})
