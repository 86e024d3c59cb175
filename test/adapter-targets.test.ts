import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import type { AddressInfo, Server } from 'node:net'
import { before, describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Cluster } from '@clustered/core'
import { alsoTakes, fixtureUrl, frameworks, loadAdapter, loadApp } from './support/adapters.ts'
import { get } from './support/http.ts'
import { ask, connect } from './support/http2-client.ts'

const { certificate } = (await import(fixtureUrl('../certificate.js'))) as { certificate: object }
const listener: http.RequestListener = (_request, response) => void response.end('hello')

const serversOf: Record<string, () => Server> = {
  http: () => http.createServer(listener),
  https: () => https.createServer(certificate, listener),
  http2: () => http2.createServer((_request, response) => void response.end('hello')),
  'secure http2': () =>
    http2.createSecureServer(certificate, (_request, response) => void response.end('hello')),
}

/** What it answers there, as a client of that kind of server. */
async function answerOf(kind: string, port: number): Promise<string> {
  if (kind === 'http') return (await get(port)).body
  if (kind.endsWith('http2')) {
    const session = connect(kind === 'http2' ? 'h2c' : 'h2', port)
    const { body } = await ask(session, '/')
    session.destroy()
    return body
  }
  return new Promise((resolve, reject) => {
    const request = https.get({ port, rejectUnauthorized: false, agent: false }, (response) => {
      response.once('error', reject).setEncoding('utf8').once('data', resolve)
    })
    request.once('error', reject)
  })
}

const adapters = [...new Set(Object.values(frameworks).map(({ adapter }) => adapter))]

/** What apps, servers and functions are to an adapter does not depend on processes: here they serve in this one. */
const listen = (clustered: any, target: unknown, options: object = {}): Cluster =>
  clustered(target, { logger: false, ...options }).listen(0)

/** A failure is written to stderr as well. */
const silence = (t: TestContext): void => void t.mock.method(console, 'error', () => {})

for (const adapter of adapters)
  describe(`${adapter} is given`, () => {
    let clustered: any
    before(async () => ({ clustered } = await loadAdapter(adapter)))

    it('what is none of its apps, by itself or by a function, and says what there is', async (t) => {
      silence(t)
      const ways =
        /Expected: .*, a server made of one \(http, https or http2\), or a function without parameters/
      const isRefused = async (wrong: unknown, message: RegExp): Promise<void> => {
        const expected = { code: 'ERR_CLUSTERED_BAD_TARGET', message }
        if (!(typeof wrong === 'function' && wrong.length === 0))
          assert.throws(() => clustered(wrong), expected)
        await assert.rejects(listen(clustered, async () => wrong).ready, expected)
      }
      for (const wrong of [undefined, null, {}, 8000, 'app', []]) await isRefused(wrong, ways)
      await isRefused(undefined, /\(\) (was given|returned) undefined\. Expected: a/)
      await isRefused({}, /\(\) (was given|returned) an object \(Object\)\. Expected: a/)
      assert.throws(() => clustered(Promise.resolve(listener)), {
        code: 'ERR_CLUSTERED_BAD_TARGET',
        message: /an object \(Promise\)\. .* Await the promise, or give the function that makes it\.$/,
      })
      if (adapter !== '@clustered/core')
        await isRefused(
          listener,
          /a function with 2 parameters\. .* goes to `clustered` of @clustered\/core\.$/,
        )
      for (const foreign of Object.values(frameworks))
        if (foreign.adapter !== adapter && !alsoTakes[adapter]?.includes(foreign.adapter))
          await isRefused(await loadApp(foreign), ways)
    })

    it('a server in place of an app, which is served as it is', async (t) => {
      silence(t)
      for (const [kind, make] of Object.entries(serversOf))
        for (const target of [make(), async () => make()]) {
          const seen: unknown[] = []
          const cluster = listen(clustered, target, { onServer: (server: unknown) => seen.push(server) })
          await cluster.ready
          assert.equal(await answerOf(kind, (cluster.address() as AddressInfo).port), 'hello', kind)
          await cluster.close()
          assert.equal(seen.length, 1)
        }
      for (const make of Object.values(serversOf)) {
        const expected = {
          code: 'ERR_CLUSTERED_BAD_OPTION',
          message: /^server: .*is for a server that Clustered makes.*set it on that/,
        }
        const server = { keepAliveTimeout: 65_000 }
        assert.throws(() => clustered(make(), { server }), expected)
        await assert.rejects(listen(clustered, make, { server }).ready, expected)
      }
      const busy = http.createServer(listener).listen(0)
      t.after(() => busy.close())
      assert.throws(() => clustered(busy), {
        code: 'ERR_CLUSTERED_BAD_TARGET',
        message: /a server that listens already.*clustered\(app\)\.listen\(8000\)/,
      })
    })
  })

for (const [name, framework] of Object.entries(frameworks).filter(([, { ownServer }]) => ownServer))
  it(`the option server is for another place where an app of ${name} has a server`, async (t) => {
    silence(t)
    const { clustered } = await loadAdapter(framework.adapter)
    const cluster = listen(clustered, await loadApp(framework), { server: { keepAliveTimeout: 65_000 } })
    await assert.rejects(cluster.ready, { code: 'ERR_CLUSTERED_BAD_OPTION', message: framework.ownServer! })
  })

describe('apps of one process that each are closed by themselves', () => {
  it('have their framework end them, whatever is made meanwhile', async (t) => {
    const { App, clustered } = await loadAdapter('./own-adapter.js')
    const log = t.mock.method(console, 'log', () => {})
    const [first, second] = [listen(clustered, new App(listener)), listen(clustered, new App(listener))]
    await Promise.all([first.ready, second.ready])
    await first.close()
    assert.equal(log.mock.callCount(), 1)
    await second.close()
    assert.equal(log.mock.callCount(), 2)
  })

  it('are ended even if they are closed before they have begun', async (t) => {
    const { App, clustered } = await loadAdapter('./own-adapter.js')
    const closes = t.mock.method(App.prototype, 'end')
    const cluster = listen(clustered, new App(listener))
    await cluster.close()
    await assert.rejects(cluster.ready, { code: 'ERR_CLUSTERED_CLOSING' })
    assert.equal(closes.mock.callCount(), 1)
  })

  it('are not ready when beginning fails', async (t) => {
    silence(t)
    const { App, clustered } = await loadAdapter('./own-adapter.js')
    const begin = (): Promise<never> => Promise.reject(new Error('not begun, as told'))
    const cluster = listen(clustered, Object.assign(new App(listener), { begin }))
    await assert.rejects(cluster.ready, /not begun, as told/)
  })
})

describe('every adapter exports', () => {
  it('what core has for apps', async () => {
    const common = 'ClusteredError clustered hold mergeMetrics onLead publish subscribe workerId'.split(' ')
    for (const adapter of adapters) {
      if (!adapter.startsWith('@')) continue
      const exported = await loadAdapter(adapter)
      assert.deepEqual(
        common.filter((name) => exported[name] === undefined),
        [],
        adapter,
      )
    }
  })
})

describe('a primary that is given a function', () => {
  it('loads nothing of a framework by its adapter', () => {
    const names = JSON.stringify(adapters.filter((adapter) => adapter.startsWith('@')))
    const code = `for (const name of ${names}) require(name); console.log(Object.keys(require.cache).join('\\n'))`
    const { stdout, stderr } = spawnSync(process.execPath, ['--eval', code], {
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      encoding: 'utf8',
    })
    assert.equal(stderr, '')
    assert.match(stdout, /packages\/core\/lib\/index\.js/)
    assert.deepEqual(stdout.match(/.*\/node_modules\/.*/g), null)
  })
})
