import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import http2 from 'node:http2'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { WebSocket } from 'ws'
import { eventStream, type LastingClient, talker } from './support/lasting-clients.ts'
import { type Load, load, nodeClients } from './support/load.ts'
import { eventually, type Program, start } from './support/program.ts'
import { freePorts, hasProxy, kinds, startProxy } from './support/proxies.ts'

/** At once. */
const uploads = 2

/** What comes through a proxy, from clients that never retry. */
class Traffic {
  readonly gets: Load
  readonly posts: Load
  readonly lasting: readonly LastingClient[]

  constructor(port: number) {
    const where = { port }
    this.gets = load([
      ...nodeClients(2, where, { path: '/later', expect: 'later' }),
      ...nodeClients(1, where, { path: '/later', expect: 'later' }, false),
    ])
    const upload = { method: 'POST', path: '/', body: Buffer.alloc(16384), expect: '16384' }
    this.posts = load(nodeClients(uploads, where, upload))
    this.lasting = [
      talker('WebSocket', () => new WebSocket(`ws://127.0.0.1:${port}/?every=100`), 100),
      eventStream(port, 100),
    ]
  }

  get counts(): string {
    return `${this.gets.answered} GETs, ${this.posts.answered} POSTs`
  }

  /** How often each of the lasting clients has been told to come back. */
  get goodbyes(): number[] {
    return this.lasting.map(({ ends }) => ends.length)
  }

  /** Each of the lasting clients is connected, and has been told to come back more often than before. */
  async areBack(before: readonly number[] = [-1, -1]): Promise<void> {
    for (const [index, client] of this.lasting.entries())
      await eventually(
        () => client.isOpen && client.ends.length > before[index]!,
        `${client.name} is back`,
      ).catch(({ message }: Error) =>
        assert.fail(`${message}: ${client.ends.join()}; ${client.faults.at(-1)}`),
      )
  }

  /** @param ends how the WebSocket and the event stream may have ended. */
  assertLost(when: string, posts: number, ends: RegExp): void {
    assert.deepEqual(this.gets.failures, [], `${when}: ${this.counts}`)
    const lost = this.posts.failures.splice(0)
    assert.ok(lost.length <= posts, `${when}: ${this.counts}, and ${lost.join()}`)
    for (const client of this.lasting) {
      assert.deepEqual(client.faults, [], `${when}: ${client.name}`)
      const wrong = client.ends.filter((end) => !ends.test(end))
      assert.deepEqual(wrong, [], `${when}: ${client.name}`)
      client.ends.fill('')
    }
  }

  assertNothingLost(when: string): void {
    this.assertLost(when, 0, /^(|1012|complete)$/)
  }

  /** The last answers are there. */
  async stop(): Promise<void> {
    await Promise.all([this.gets.stop(), this.posts.stop()])
  }

  async leave(): Promise<void> {
    for (const client of this.lasting) client.stop()
    await this.stop()
  }
}

async function boot(t: TestContext, listen: unknown[], admin: number): Promise<Program> {
  // As in the page, but for the soak.
  const asThere = { admin, shutdownDelay: 3000, server: { keepAliveTimeout: 120_000 } }
  const options = { workers: 2, reload: { soak: 50 }, ...asThere }
  const program = start(t, 'behind-proxy.js', {
    env: { OPTIONS: JSON.stringify(options), LISTEN: JSON.stringify(listen) },
  })
  await program.listens()
  await eventually(
    () =>
      fetch(`http://127.0.0.1:${admin}/readyz`).then(
        ({ ok }) => ok,
        () => false,
      ),
    'it is ready',
  )
  return program
}

async function get(port: number, where: string, headers = {}): Promise<[http.IncomingMessage, string]> {
  const request = http.get({ host: '127.0.0.1', port, path: where, headers, agent: false })
  const [response] = (await once(request, 'response')) as [http.IncomingMessage]
  let text = ''
  for await (const chunk of response.setEncoding('utf8')) text += chunk
  return [response, text]
}

async function getByHttp2(port: number, where: string): Promise<string> {
  const session = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false })
  const stream = session.request({ ':path': where })
  let text = ''
  for await (const chunk of stream.setEncoding('utf8')) text += chunk
  session.close()
  return text
}

/** How the page says that a unix socket is written there. */
const unixSockets: Record<string, (file: string) => [string, string]> = {
  nginx: (file) => ['server 127.0.0.1:8001', `server unix:${file}`],
  HAProxy: (file) => ['green 127.0.0.1:8001', `green unix@${file} addr 127.0.0.1`],
  Caddy: (file) => ['127.0.0.1:8000 127.0.0.1:8001', `127.0.0.1:8000 unix/${file}`],
}

describe('the configurations of docs/deploy/proxies.md', { concurrency: true }, () => {
  for (const [name, kind] of Object.entries(kinds))
    it(`${name} loses nothing`, { skip: !hasProxy(kind) && `needs ${kind.file}` }, async (t) => {
      const ports = await freePorts()
      const blue = await boot(t, [ports.blue, '127.0.0.1'], ports.blueAdmin)
      const file = path.join(tmpdir(), `behind-${process.pid}-${name}.sock`)
      await startProxy(t, kind, ports, [unixSockets[name]!(file)])
      const traffic = new Traffic(ports.front)
      t.after(() => traffic.leave())
      await traffic.areBack()

      const [, seen] = await get(ports.front, '/seen', { 'x-forwarded-for': '6.6.6.6' })
      assert.deepEqual(JSON.parse(seen), { for: '127.0.0.1', proto: 'http' })
      assert.deepEqual(JSON.parse(await getByHttp2(ports.secure, '/seen')), {
        for: '127.0.0.1',
        proto: 'https',
      })
      const [shed] = await get(ports.front, '/shed')
      assert.deepEqual([shed.statusCode, shed.headers['retry-after']], [503, '7'])

      blue.kill('SIGHUP')
      await blue.sees(/reload done[^]*drained/)
      await traffic.areBack([0, 0])
      blue.kill('SIGTTIN')
      await blue.sees(/scale to 3[^]*is ready/)
      blue.kill('SIGTTOU')
      await blue.sees(/scale to 2[^]*drained/)
      traffic.assertNothingLost('reload and scale')
      assert.equal(blue.output.match(/^shed$/gm)?.length, 1, 'what was shed was not tried twice')

      const since = blue.output.length
      process.kill(blue.workers()[0]!, 'SIGKILL')
      await blue.sees(/is ready/, since)
      await traffic.areBack()
      // Caddy has a stream that broke look complete.
      traffic.assertLost('kill -9', uploads, /^(|1006, not clean|cut|complete.*)$/)

      // The change of the primary. It is a unix socket that the proxy turns to; proxies have users of their own.
      const before = traffic.goodbyes
      const green = await boot(t, [{ path: file, writableAll: true }], ports.greenAdmin)
      // Two checks, as the page says, each of both sites.
      if (name === 'Caddy')
        await green.until(() => (green.output.match(/^asked$/gm)?.length ?? 0) >= 4, 'two checks of Caddy')
      blue.kill('SIGTERM')
      assert.equal(await blue.ends(), 0)
      await traffic.areBack(before)
      assert.equal(green.workers().length, 2)
      await traffic.stop()
      traffic.assertNothingLost('blue and green')
      t.diagnostic(traffic.counts)
    })
})

it('a PROXY header is a bad request', async (t) => {
  const program = start(t, 'behind-proxy.js', { env: { OPTIONS: '{"workers":0}' } })
  const [, port] = await program.sees(/listening on .*:(\d+), single mode/)
  const socket = net.connect(Number(port), '127.0.0.1')
  socket.write('PROXY TCP4 192.0.2.1 127.0.0.1 4000 8000\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n')
  const [answer] = (await once(socket, 'data')) as [Buffer]
  assert.match(String(answer), /^HTTP\/1.1 400 /)
})

describe('a framework that trusts its proxy', () => {
  const file = path.join(tmpdir(), `trusts-${process.pid}.sock`)
  for (const FRAMEWORK of ['express', 'koa', 'fastify'])
    for (const LISTEN of [[0, '127.0.0.1'], [`${file}-${FRAMEWORK}`]])
      it(`${FRAMEWORK}, ${LISTEN.length === 2 ? 'a port' : 'a unix socket'}`, async (t) => {
        const program = start(t, 'trusts-proxy.js', { env: { FRAMEWORK, LISTEN: JSON.stringify(LISTEN) } })
        const [, port] = await program.sees(/listening on \S*?(?::(\d+))?, single mode/)
        const where = port ? { host: '127.0.0.1', port: Number(port) } : { socketPath: String(LISTEN[0]) }
        const headers = { 'x-forwarded-for': '6.6.6.6, 192.0.2.7', 'x-forwarded-proto': 'https' }
        const request = http.get({ ...where, headers, agent: false })
        const [response] = (await once(request, 'response')) as [http.IncomingMessage]
        let text = ''
        for await (const chunk of response.setEncoding('utf8')) text += chunk
        assert.deepEqual(JSON.parse(text), { ip: '192.0.2.7', protocol: 'https' })
      })
})
