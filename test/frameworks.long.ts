import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { Pool } from 'undici'
import { balances } from './support/balances.ts'
import { type Client, load } from './support/load.ts'
import { start } from './support/program.ts'

const kinds = ['http-proxy', 'raw headers', 'srvx', 'koa', 'express', 'pairs']

/** In ms. A worker that a client is kept at lives that long; the others take a second, and some more on a busy machine. */
const drainTimeout = 60_000

function nodeClient(port: number): Client {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  return async () => {
    const request = http.get({ port, agent })
    request.setTimeout(20_000, () => request.destroy(new Error('hung')))
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    const body = String(Buffer.concat(await response.toArray()))
    check(response.statusCode, body, response.headers['set-cookie'])
  }
}

function undiciClient(port: number): Client {
  const pool = new Pool(`http://localhost:${port}`, { connections: 1, headersTimeout: 20_000 })
  return async () => {
    const { statusCode, body, headers } = await pool.request({ path: '/', method: 'GET' })
    check(statusCode, await body.text(), headers['set-cookie'])
  }
}

function check(status: number | undefined, body: string, cookies: unknown): void {
  assert.ok(status === 200 || status === 418, `status ${status}: ${body}`)
  assert.equal(body, 'answered')
  assert.deepEqual(cookies, ['a=1', 'b=2'])
}

describe('an app that decides its headers itself', () => {
  const upstream = http.createServer((_, response) => {
    response.setHeader('Set-Cookie', ['a=1', 'b=2'])
    response.end('answered')
  })
  before(() => once(upstream.listen(0), 'listening'))
  after(() => upstream.close().closeAllConnections())

  for (const balance of balances)
    for (const kind of kinds)
      it(`loses nothing over reloads, and keeps no client at a worker that drains (${kind}, ${balance})`, async (t) => {
        const options = { workers: 2, balance, reload: { soak: 50 }, drainTimeout }
        const { port: UPSTREAM } = upstream.address() as AddressInfo
        const program = start(t, 'frameworks.js', {
          env: { OPTIONS: JSON.stringify(options), KIND: kind, UPSTREAM: String(UPSTREAM) },
        })
        const port = await program.listens()
        const clients = load([
          ...Array.from({ length: 6 }, () => nodeClient(port)),
          ...Array.from({ length: 6 }, () => undiciClient(port)),
        ])
        t.after(() => clients.stop())
        for (let reload = 1; reload <= 2; reload++) {
          const since = program.output.length
          program.kill('SIGHUP')
          await program.sees(/reload done/, since)
        }
        const reloaded = performance.now()
        await program.until(
          () => program.output.match(/is gone: drained/g)?.length === 4,
          'worker that has drained',
        )
        assert.ok(performance.now() - reloaded < drainTimeout / 2, 'a client was kept')
        await clients.stop()
        assert.deepEqual([...new Set(clients.failures)], [], `${clients.failures.length} failed`)
        t.diagnostic(`${clients.answered} answers`)
      })
})
