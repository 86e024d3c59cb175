import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { once } from 'node:events'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { spawn } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { balances } from './support/balances.ts'
import { get, pidsOf } from './support/http.ts'
import { freePort } from './support/port.ts'
import { eventually, isAlive, start } from './support/program.ts'

for (const balance of balances)
  describe(`listen takes what net.Server#listen takes (${balance})`, () => {
    const env = (listen: unknown[], workers = 1) => ({
      OPTIONS: JSON.stringify({ workers, balance }),
      LISTEN: JSON.stringify(listen),
    })

    const forms: Record<string, (port: number) => unknown[]> = {
      'a port': (port) => [port],
      'a port as text': (port) => [String(port)],
      'port and host': (port) => [port, '127.0.0.1'],
      'port and a host name': (port) => [port, 'localhost'],
      'port, host and backlog': (port) => [port, '127.0.0.1', 64],
      'port and backlog': (port) => [port, 64],
      'an options object': (port) => [{ port, host: '127.0.0.1', backlog: 64 }],
      'exclusive and reusePort': (port) => [{ port, exclusive: true, reusePort: true }],
    }
    for (const [form, args] of Object.entries(forms))
      it(form, async (t) => {
        const port = await freePort()
        const program = start(t, 'server.js', { env: env(args(port)) })
        assert.equal(await program.listens(), port)
        const host = form.includes('name') ? 'localhost' : '127.0.0.1'
        const { body } = await get({ host, port }, '/pid')
        assert.ok(program.workers().includes(Number(body)))
      })

    it('no port: all workers share one free port, and keep it', async (t) => {
      const program = start(t, 'server.js', { env: env([], 2) })
      const port = await program.listens()
      assert.equal((await pidsOf(port, 2)).size, 2)
      for (const pid of program.workers()) process.kill(pid, 'SIGKILL')
      await eventually(() => program.output.split('is ready').length === 5, 'both are back')
      assert.equal((await pidsOf(port, 2)).size, 2)
    })

    it('ipv6Only', async (t) => {
      const program = start(t, 'server.js', { env: env([{ port: 0, host: '::', ipv6Only: true }]) })
      const port = await program.listens()
      await assert.rejects(get(port), { code: 'ECONNREFUSED' })
      assert.equal((await get({ host: '::1', port })).status, 200)
    })

    it('nothing that workers cannot share', async (t) => {
      const program = start(t, 'server.js', { env: env([{ backlog: 5 }]) })
      assert.equal(await program.ends(), 1)
      assert.match(program.output, /give one of port, path and fd/)
      assert.match(program.output, /ERR_CLUSTERED_BAD_LISTEN/)
    })

    it("a port that is none: Node's own error", async (t) => {
      const program = start(t, 'server.js', { env: env([70000]) })
      assert.equal(await program.ends(), 1)
      assert.match(program.output, /options\.port should be >= 0 and < 65536/)
    })

    it('a second server in the same program, and one that the app starts itself', async (t) => {
      const program = start(t, 'several-servers.js', { env: env([], 2) })
      await program.listens()
      const ports = JSON.parse((await program.sees(/ports: (.*)/))[1]!) as number[]
      assert.equal(new Set(ports).size, 3)
      await program.sees(/the same port twice: EADDRINUSE/)
      await Promise.all(
        ports.map(async (port, index) => {
          const bodies = new Set<string>()
          await eventually(async () => bodies.add((await get(port)).body).size === 2, 'both workers answer')
          for (const body of bodies) assert.ok(body.startsWith(`server ${index} `))
        }),
      )
      program.kill('SIGHUP')
      await program.sees(/reload done/)
      for (const port of ports) assert.equal((await get(port)).status, 200)
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
    })
  })

it('ends with exit code 1, and drains first, when a later port is in use', async (t) => {
  const other = net.createServer().listen(0)
  t.after(() => other.close())
  await once(other, 'listening')
  const program = start(t, 'later-port.js', {
    env: { LATER: String((other.address() as net.AddressInfo).port) },
  })
  assert.equal(await program.ends(), 1)
  assert.match(program.output, /first: ok[^]*later: EADDRINUSE/)
  assert.equal(program.output.match(/error: listen EADDRINUSE/g)?.length, 1)
  assert.match(program.output, /is gone: drained/)
})

describe('a unix socket', () => {
  const socket = path.join(tmpdir(), `clustered-listen-${process.pid}.sock`)
  const env = { OPTIONS: '{"workers":2}', LISTEN: JSON.stringify([socket]) }

  it('is shared by all workers and gone after the end', async (t) => {
    const program = start(t, 'server.js', { env })
    await program.listens()
    assert.equal((await pidsOf(socket, 2)).size, 2)
    assert.equal(JSON.parse((await get(socket, '/server')).body).address, socket)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.equal(existsSync(socket), false)
  })

  it('is taken over from a primary that was killed, not from one that lives', async (t) => {
    const first = start(t, 'server.js', { env })
    await first.listens()
    const second = start(t, 'server.js', { env })
    assert.equal(await second.ends(), 1)
    assert.match(second.output, /EADDRINUSE/)
    const workers = first.workers()
    first.kill('SIGKILL')
    await eventually(() => !workers.some(isAlive), 'its workers are gone')
    assert.equal(existsSync(socket), true)
    const third = start(t, 'server.js', { env })
    await third.listens()
    assert.equal((await get(socket)).status, 200)
  })
})

it('listens on a descriptor that it was given, as by systemd', async (t) => {
  const server = net.createServer().listen(0)
  await once(server, 'listening')
  t.after(() => server.close())
  const { port } = server.address() as net.AddressInfo
  const { fd } = (server as unknown as { _handle: { fd: number } })._handle
  const program = spawn(
    process.execPath,
    [fileURLToPath(new URL('../fixtures/server.js', import.meta.url))],
    {
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, OPTIONS: '{"workers":2}', LISTEN: '[{"fd":3}]' },
      stdio: ['ignore', 'ignore', 'pipe', fd],
    },
  )
  const ended = once(program, 'exit')
  t.after(() => program.kill('SIGKILL'))
  program.stderr!.setEncoding('utf8')
  let output = ''
  await new Promise<void>((resolve) => {
    program.stderr!.on('data', (text: string) => {
      output += text
      if (output.includes('listening on')) resolve()
    })
  })
  server.close()
  assert.equal((await pidsOf(port, 2)).size, 2)
  program.kill('SIGTERM')
  assert.deepEqual(await ended, [0, null])
})
