import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { io, type ManagerOptions, type Socket, type SocketOptions } from 'socket.io-client'
import { balances } from './support/balances.ts'
import { hasNginx, nginxBefore } from './support/nginx.ts'
import { eventually } from './support/program.ts'
import { about, type About, ask, idsOf, sticky } from './support/sticky.ts'
import { supervise } from './support/supervised.ts'

interface Client {
  socket: Socket
  /** Why it was disconnected, each time. */
  disconnects: string[]
  refusals: string[]
}

function connect(t: TestContext, where: string, options: Partial<ManagerOptions & SocketOptions>): Client {
  const socket = io(where, { forceNew: true, reconnectionDelay: 20, reconnectionDelayMax: 100, ...options })
  const client: Client = { socket, disconnects: [], refusals: [] }
  t.after(() => socket.disconnect())
  socket.on('disconnect', (reason) => client.disconnects.push(reason))
  socket.on('connect_error', (error) => client.refusals.push(error.message))
  return client
}

const who = async ({ socket }: Client): Promise<{ id: string; pid: number; address: string }> =>
  socket.timeout(10_000).emitWithAck('who', 'x'.repeat(20_000))

const isConnected = ({ socket }: Client): boolean => socket.connected
/** Its worker answers it, and is none of those. */
async function isElsewhere(client: Client, before: ReadonlySet<number>): Promise<boolean> {
  const answer = client.socket.connected ? await who(client).catch(() => undefined) : undefined
  return answer !== undefined && !before.has(answer.pid)
}

const pollingOnly = { transports: ['polling'] }

for (const balance of balances)
  describe(`Socket.IO over several workers (${balance})`, () => {
    it('connects all clients, direct and behind nginx, and has them back after a reload', async (t) => {
      const program = sticky(t, { workers: 3, balance, sticky: 'socket.io' })
      const port = await program.listens()
      const fronts = [port, ...(hasNginx ? [await nginxBefore(t, port)] : [])]
      const some = Array.from({ length: 10 })
      const clientsWith = (options: object): Client[] =>
        fronts.flatMap((front) => some.map(() => connect(t, `http://127.0.0.1:${front}`, options)))
      const [upgrading, polling] = [clientsWith({}), clientsWith(pollingOnly)]
      const clients = [...upgrading, ...polling]

      await eventually(() => clients.every(isConnected), 'all are connected')
      const isWebSocket = ({ socket }: Client): boolean => socket.io.engine.transport.name === 'websocket'
      await eventually(() => upgrading.every(isWebSocket), 'those that can have a WebSocket')
      const first = await Promise.all(clients.map(who))
      assert.deepEqual(
        clients.flatMap(({ refusals, disconnects }) => [...refusals, ...disconnects]),
        [],
      )
      assert.ok(new Set(first.map(({ pid }) => pid)).size > 1, 'several workers have them')

      program.kill('SIGHUP')
      await program.sees(/reload done/)
      const before = new Set(first.map(({ pid }) => pid))
      await program.until(
        () => program.output.match(/gone: drained/g)?.length === 3,
        'end of the old workers',
      )
      for (const client of clients) await eventually(() => isElsewhere(client, before), 'it is back')
      for (const { disconnects } of polling)
        assert.ok(
          disconnects.every((reason) => reason === 'transport close'),
          `were told: ${disconnects}`,
        )
      assert.deepEqual(
        polling.flatMap(({ refusals }) => refusals),
        [],
      )
    })
  })

it('finds the Socket.IO of a program that knows nothing of Clustered', async (t) => {
  const program = supervise(t, 'socket-io.cjs', {}, { workers: 3, sticky: 'socket.io' })
  const where = `http://127.0.0.1:${await program.listens()}`
  const clients = Array.from({ length: 8 }, () => connect(t, where, pollingOnly))
  await eventually(() => clients.every(isConnected), 'all are connected')
  const answers = await Promise.all(clients.map(who))
  assert.ok(new Set(answers.map(({ pid }) => pid)).size > 1, 'several workers have them')
  assert.deepEqual(
    clients.flatMap(({ refusals, disconnects }) => [...refusals, ...disconnects]),
    [],
  )
})

describe('Socket.IO over TLS', () => {
  it('has its sessions, its namespaces and its servers found, and knows the address of each client', async (t) => {
    const program = sticky(t, { workers: 2 }, { TLS: '1' })
    const port = await program.listens()
    const where = `https://127.0.0.1:${port}`
    const trusting = { rejectUnauthorized: false }
    const six = Array.from({ length: 6 })
    const upgrading = six.map(() => connect(t, where, trusting))
    const polling = six.map(() => connect(t, `${where}/other`, { ...trusting, ...pollingOnly }))
    const others = six.map(() => connect(t, where, { ...trusting, path: '/plain/' }))
    const clients = [...upgrading, ...polling, ...others]
    await eventually(() => clients.every(isConnected), 'all are connected')
    await eventually(
      () => upgrading.every(({ socket }) => socket.io.engine.transport.name === 'websocket'),
      'those that can have a WebSocket',
    )
    const answers = await Promise.all(clients.map(who))
    assert.ok(answers.every(({ address }) => address.endsWith('127.0.0.1')))
    assert.deepEqual(
      clients.flatMap(({ refusals, disconnects }) => [...refusals, ...disconnects]),
      [],
    )
    assert.match(upgrading[0]!.socket.io.engine.id, /^[\w-]{8}\.own-/)
    await forwards(t, port, true)

    const owner = answers[0]!.pid
    process.kill(owner, 'SIGKILL')
    for (const client of clients) await eventually(() => isElsewhere(client, new Set([owner])), 'it is back')
  })
})

/** A session of Engine.IO, by hand: whoever is asked brings it to the worker that has it. */
async function forwards(t: TestContext, port: number, secure: boolean): Promise<void> {
  const agent = new (secure ? https : http).Agent({ keepAlive: true, maxSockets: 1 })
  t.after(() => agent.destroy())
  const base = '/socket.io/?EIO=4&transport=polling'
  for (let session = 0; session < 6; session++) {
    const { body } = await ask(port, { path: base, secure })
    const { sid } = JSON.parse(body.slice(1)) as { sid: string }
    const { status } = await ask(port, {
      path: `${base}&sid=${sid}`,
      method: 'POST',
      body: Buffer.from('40'),
      agent,
      secure,
    })
    assert.equal(status, 200)
  }
}

for (const balance of balances)
  it(`a function brings requests to the worker that it names (${balance})`, async (t) => {
    const program = sticky(t, { workers: 2, balance }, { BY: 'header' })
    const port = await program.listens()
    const ids = [...(await idsOf(port, 2)).keys()]
    // On one connection, every other request is another worker's.
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
    t.after(() => agent.destroy())
    const withEach = async (run: (owner: string) => Promise<void>): Promise<void> => {
      for (const owner of ids) await run(owner)
    }

    await t.test('with its headers, its address and its answer as they are', () =>
      withEach(async (owner) => {
        const headers = [
          'Host',
          'a',
          'X-Owner',
          owner,
          'X-Twice',
          '1',
          'x-twice',
          '2',
          'X-Clustered-Peer',
          '{"remoteAddress":"6.6.6.6"}',
          'Connection',
          'x-hop',
          'X-Hop',
          '1',
        ]
        const socket = net.connect(port, '127.0.0.1')
        await once(socket, 'connect')
        const { localPort } = socket
        socket.write(
          `GET /raw?a=%20 HTTP/1.1\r\n${headers.map((text, i) => (i % 2 ? `${text}\r\n` : `${text}: `)).join('')}\r\n`,
        )
        let text = ''
        for await (const chunk of socket.setEncoding('utf8')) {
          text += chunk
          if (text.endsWith('}')) break
        }
        assert.match(text, /set-cookie: a=1\r\nset-cookie: b=2\r\n/i)
        assert.equal(text.match(/^date:/gim)?.length, 1)
        const got = JSON.parse(/\{.*$/.exec(text)![0]) as About
        assert.equal(got.id, owner)
        assert.equal(got.url, '/raw?a=%20')
        assert.equal(got.remoteAddress.replace('::ffff:', ''), '127.0.0.1')
        assert.deepEqual([got.remotePort, got.localPort, got.encrypted], [localPort, port, false])
        assert.equal(got.headers['x-twice'], '1, 2')
        assert.deepEqual(got.rawHeaders.slice(0, 8), headers.slice(0, 8))
      }),
    )

    await t.test('with large bodies, and with none', () =>
      withEach(async (owner) => {
        const body = Buffer.alloc(5_000_000, 'b')
        const headers = { 'x-owner': owner }
        for (const more of [
          { 'content-length': body.length },
          { 'transfer-encoding': 'chunked' },
          { expect: '100-continue' },
        ])
          assert.deepEqual(
            pick(await about(port, { method: 'POST', body, headers: { ...headers, ...more }, agent })),
            [owner, body.length],
          )
        for (const method of ['POST', 'PUT', 'DELETE'])
          assert.deepEqual(pick(await about(port, { method, headers, agent })), [owner, 0])
        const { status } = await ask(port, { method: 'HEAD', headers, agent })
        assert.equal(status, 200)
        const refused = await ask(port, { path: '/refuse', headers, agent })
        assert.deepEqual([refused.status, refused.body], [413, 'too much'])
      }),
    )

    await t.test('with trailers', () =>
      withEach(async (owner) => {
        const headers = { 'x-owner': owner, trailer: 'x-end', 'transfer-encoding': 'chunked' }
        const { body, response } = await ask(port, {
          path: '/trailers',
          method: 'POST',
          headers,
          body: Buffer.from('12345'),
          trailers: { 'x-end': 'end' },
          agent,
        })
        assert.deepEqual(JSON.parse(body), { received: 5, trailers: { 'x-end': 'end' } })
        assert.equal(response.trailers['x-sum'], 'sum')
      }),
    )

    await t.test('and tells either side when the other has gone', () =>
      withEach(async (owner) => {
        const headers = { 'x-owner': owner }
        const stream = http.get({ port, path: '/stream', headers, agent: false })
        await once(stream, 'response')
        stream.destroy()
        await program.sees(new RegExp(`stream of ${owner} closed`))
        const upload = http.request({
          port,
          path: '/upload',
          method: 'POST',
          headers: { ...headers, 'content-length': 100 },
          agent: false,
        })
        upload.on('error', () => {})
        upload.write('some')
        await program.sees(new RegExp(`upload of ${owner} begins`))
        upload.destroy()
        await program.sees(new RegExp(`upload of ${owner} aborted`))
        await assert.rejects(ask(port, { path: '/cut', headers }), { code: 'ECONNRESET' })
      }),
    )

    await t.test('also by an upgrade, whose connection it gets', () =>
      withEach(async (owner) => {
        for (let i = 0; i < 4; i++) {
          const socket = net.connect(port, '127.0.0.1')
          await once(socket, 'connect')
          socket.write(
            `GET /up HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Owner: ${owner}\r\n\r\nfirst`,
          )
          let text = ''
          socket.setEncoding('utf8').on('data', (more: string) => (text += more))
          await eventually(() => text.endsWith('first'), 'its first bytes come back')
          const got = JSON.parse(/^\{.*$/m.exec(text)![0]) as About
          assert.deepEqual([got.id, got.remotePort], [owner, socket.localPort])
          socket.write('second')
          await eventually(() => text.endsWith('firstsecond'), 'and what it sends then')
          const { pid } = got
          assert.ok(hasConnection(pid, socket.localPort!, port), 'the connection is in its owner')
          socket.destroy()
        }
      }),
    )

    await t.test('and serves here what names nobody', async () => {
      for (const forged of [
        'AAAAAAAA',
        '../../..',
        '../../../../../../etc/passwd',
        `${ids[0]}x`,
        '.',
        '',
        '\u00ff'.repeat(8),
      ]) {
        const { status, body } = await ask(port, {
          headers: { 'x-owner': forged },
          method: 'POST',
          body: Buffer.from('abc'),
        })
        assert.equal(status, 200)
        assert.equal((JSON.parse(body) as About).received, 3)
      }
      const socket = net.connect(port, '127.0.0.1')
      socket.write(
        'GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: echo\r\nX-Owner: AAAAAAAA\r\n\r\n',
      )
      const [first] = (await once(socket, 'data')) as [Buffer]
      assert.match(String(first), /^HTTP\/1.1 101 /)
      socket.destroy()
    })

    await t.test('over sockets that are this user’s alone, and gone with their worker', async () => {
      const folder = path.join(process.env['XDG_RUNTIME_DIR'] ?? '', 'clustered')
      const folders = [folder, path.join(tmpdir(), `clustered-${process.getuid!()}`)].filter((each) =>
        existsSync(each),
      )
      const own = (): string[] =>
        folders.flatMap((each) =>
          readdirSync(each)
            .filter((name) => name.startsWith(`${program.pid}-`) && name.endsWith('.worker'))
            .map((name) => path.join(each, name)),
        )
      assert.equal(own().length, 2)
      for (const name of own()) assert.equal(statSync(name).mode & 0o777, 0o600)
      for (const name of own()) assert.equal(statSync(path.dirname(name)).mode & 0o777, 0o700)

      const [victim] = ids
      const dying = ask(port, { path: '/die', headers: { 'x-owner': victim!, connection: 'close' } })
      const how = await dying.then(
        ({ status }) => status,
        (error: NodeJS.ErrnoException) => error.code,
      )
      assert.ok(how === 502 || how === 'ECONNRESET', `${how}`)
      // One that is on its way when its owner dies is lost with it, and the death takes a moment.
      let elsewhere: string | undefined
      await eventually(async () => {
        const request = { headers: { 'x-owner': victim! }, method: 'POST', body: Buffer.from('abc') }
        elsewhere = await about(port, request).then(
          ({ id }) => id,
          () => undefined,
        )
        return elsewhere !== undefined
      }, 'another serves what was for it')
      assert.notEqual(elsewhere, victim)
      await eventually(() => own().every((name) => !name.includes(victim!)), 'its socket is gone')
    })
  })

const pick = ({ id, received }: About): unknown[] => [id, received]

/** Whether the process has the server's end of a TCP connection. */
function hasConnection(pid: number, clientPort: number, port: number): boolean {
  const hex = (number: number): string => number.toString(16).toUpperCase().padStart(4, '0')
  const rows = ['tcp', 'tcp6'].flatMap((kind) => readFileSync(`/proc/net/${kind}`, 'utf8').split('\n'))
  const row = rows.find((each) => new RegExp(`:${hex(port)} \\S+:${hex(clientPort)} `).test(each))
  const inode = row?.trim().split(/\s+/)[9]
  return readdirSync(`/proc/${pid}/fd`).some((fd) => link(`/proc/${pid}/fd/${fd}`) === `socket:[${inode}]`)
}

function link(name: string): string {
  try {
    return readlinkSync(name)
  } catch {
    return ''
  }
}
