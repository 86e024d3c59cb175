import assert from 'node:assert/strict'
import { EventEmitter, once } from 'node:events'
import http from 'node:http'
import net, { type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { type Cluster, clustered, health, shed } from '@clustered/fastify'
import Fastify from 'fastify'
import { get } from './support/http.ts'
import { ask, connect } from './support/http2-client.ts'
import { hangTimeout } from './support/load.ts'
import { type Program, start } from './support/program.ts'

/** What a process has said, in order. */
function saidIn(program: Program, pid: number): string[] {
  return [...program.output.matchAll(/^(.*) in (\d+);$/gm)]
    .filter(([, , by]) => Number(by) === pid)
    .map(([, what]) => what!)
}

describe('a Fastify app', () => {
  it('closes after its last answer and before onShutdown, once, and answers no 503', async (t) => {
    const program = start(t, 'fastify.js', { env: { OPTIONS: '{"workers":1}' } })
    const port = await program.listens()
    assert.match(program.output, /listening on 127\.0\.0\.1:/, 'where Fastify listens: at localhost')
    await program.sees(/^primary awaited at 127\.0\.0\.1 in/m)
    await program.sees(new RegExp(`^called back with null and http://127\\.0\\.0\\.1:${port} in`, 'm'))
    const [pid] = program.workers()

    const slow = get(port, '/slow?ms=1000')
    await program.sees(/slow request begins/)
    const idle = net.connect(port, '127.0.0.1').setEncoding('utf8')
    const askAgain = async (): Promise<string> => {
      idle.write('GET / HTTP/1.1\r\nHost: it\r\n\r\n')
      const [answer] = await once(idle, 'data', { signal: AbortSignal.timeout(hangTimeout) })
      return String(answer)
    }
    assert.match(await askAgain(), /^HTTP\/1\.1 200 OK[^]*keep-alive[^]*hello$/)
    program.kill('SIGTERM')
    await program.sees(/^onDrain in/m)
    assert.match(await askAgain(), /^HTTP\/1\.1 200 OK[^]*connection: close[^]*hello$/i)
    assert.equal((await slow).body, 'slow')
    assert.equal(await program.ends(), 0)

    const [first, ...rest] = saidIn(program, pid!)
    assert.equal(first, 'onReady')
    assert.deepEqual(rest.slice(0, 2).sort(), ['onListen', 'worker awaited at 127.0.0.1'])
    assert.deepEqual(rest.slice(2), [
      'slow request begins',
      'onDrain',
      'slow request ends',
      'preClose',
      "a plugin's onClose",
      'onClose',
      'onShutdown',
      'own listener',
    ])
    assert.doesNotMatch(saidIn(program, program.pid).join(), /on(Ready|Listen|Drain|Shutdown)/)
  })
})

// A test runner runs this process: in single mode, without forks.
describe('a Fastify app in one process', () => {
  const serve = async (t: TestContext, ...given: Parameters<typeof clustered>): Promise<Cluster> => {
    const cluster = await clustered(given[0], { logger: false, ...given[1] }).listen({ port: 0 })
    t.after(() => cluster.close())
    return cluster
  }
  const portOf = (cluster: Cluster): number => (cluster.address() as AddressInfo).port

  it('is awaited as its own listen is, and injected into as before', async () => {
    const told: string[] = []
    const app = Fastify()
    app.addHook('onListen', async () => void told.push('onListen'))
    app.addHook('onClose', async () => void told.push('onClose'))
    app.get('/', async () => 'hello')
    assert.equal((await app.inject('/')).body, 'hello')
    const cluster = await clustered(app, { logger: false }).listen({ port: 0 })
    assert.deepEqual([cluster.role, cluster.state, told], ['single', 'ready', ['onListen']])
    assert.equal((await get(portOf(cluster))).body, 'hello')
    assert.equal((await app.inject('/')).body, 'hello')
    await cluster.close()
    assert.deepEqual(told, ['onListen', 'onClose'])
    await app.close()
    assert.deepEqual(told, ['onListen', 'onClose'])
  })

  it('keeps its own server: of HTTP/2, or what its serverFactory makes', async (t) => {
    const overHttp2 = Fastify({ http2: true })
    overHttp2.get('/', async (_request, reply) => `over ${reply.raw.req.httpVersion}`)
    const session = connect('h2c', portOf(await serve(t, async () => overHttp2)))
    t.after(() => session.destroy())
    assert.equal((await ask(session, '/')).body, 'over 2.0')

    let own: http.Server | undefined
    const app = Fastify({ serverFactory: (handler) => (own = http.createServer(handler)) })
    app.get('/', async () => 'own')
    let seen: http.Server | undefined
    const port = portOf(await serve(t, app, { onServer: (server) => void (seen = server as http.Server) }))
    assert.equal((await get(port)).body, 'own')
    assert.equal(seen, own)
  })

  it('listens at several places', async (t) => {
    const app = Fastify()
    app.get('/', async () => 'hello')
    const { listen } = clustered(app, { logger: false })
    const file = path.join(tmpdir(), `clustered-fastify-${process.pid}.sock`)
    const [first, second] = [listen({ port: 0 }), listen({ path: file })]
    t.after(() => Promise.all([first.close(), second.close()]))
    await Promise.all([first, second])
    assert.deepEqual([(await get(portOf(first))).body, (await get(file)).body], ['hello', 'hello'])
  })

  it('that cannot be served says why', async (t) => {
    const refused = (made: () => PromiseLike<unknown>, error: object): Promise<void> =>
      assert.rejects(async () => void (await made()), error)
    const broken = Fastify()
    broken.register(async () => {
      throw new Error('no database')
    })
    t.mock.method(console, 'error', () => {})
    await refused(() => serve(t, broken), { message: 'no database' })
    const factory = (): any => ({ on() {}, close() {} })
    await refused(() => serve(t, Fastify({ serverFactory: factory })), {
      code: 'ERR_CLUSTERED_BAD_TARGET',
      message: /^The serverFactory of the Fastify app returned an object \(Object\)/,
    })
    await refused(() => serve(t, Fastify(), { server: { keepAliveTimeout: 1000 } }), {
      code: 'ERR_CLUSTERED_BAD_OPTION',
      message: /Fastify\(\{ keepAliveTimeout: 65000 \}\)/,
    })
    const taken = await serve(t, Fastify())
    const there = { port: portOf(taken) }
    await refused(() => clustered(Fastify(), { logger: false }).listen(there), { code: 'EADDRINUSE' })
  })

  it('answers probes, and sheds what is too much, by hooks', async () => {
    const app = Fastify()
    app.addHook('onRequest', health({ readyz: '/ready', healthz: false }))
    app.addHook('onRequest', shed({ maxInFlight: 1, retryAfter: 7 }))
    const asked = new EventEmitter()
    app.get('/', async () => {
      asked.emit('begin')
      await once(asked, 'end')
      return 'hello'
    })
    const begun = once(asked, 'begin')
    const first = app.inject('/').then(({ body }) => body)
    await begun
    const [shedded, live, ready, none] = await Promise.all(
      ['/', '/livez', '/ready?x=1', '/healthz'].map((url) => app.inject(url)),
    )
    assert.deepEqual(
      [shedded!.statusCode, shedded!.headers['retry-after'], shedded!.body],
      [503, '7', 'Service Unavailable\n'],
    )
    assert.deepEqual([live!.statusCode, live!.body], [200, 'yes\n'])
    assert.deepEqual([ready!.statusCode, ready!.body], [503, 'no\n'])
    assert.equal(none!.statusCode, 503)
    asked.emit('end')
    assert.equal(await first, 'hello')
    assert.equal((await app.inject({ url: '/livez', method: 'HEAD' })).statusCode, 200)
    assert.throws(() => shed({}), { code: 'ERR_CLUSTERED_BAD_OPTION' })
  })
})
