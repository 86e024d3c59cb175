import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { get } from './support/http.ts'
import { eventually, type Program, start } from './support/program.ts'

const platforms = ['express', 'fastify'] as const

type Platform = (typeof platforms)[number]

interface Counted {
  name: string
  series: { labels: Record<string, string> }[]
}

/** What an app has said in one process. */
function saidBy(platform: Platform, pid: number, { output }: Program): string[] {
  const lines = new RegExp(`^(?:${pid} ${platform}: (.*)|${pid} (onShutdown))$`, 'gm')
  return [...output.matchAll(lines)].map(([, own, hook]) => own ?? hook!)
}

/** Where the app listens, as it says itself, in the latest of its processes. */
async function urlOf(
  platform: Platform,
  program: Program,
  pid?: number,
): Promise<{ pid: number; port: number }> {
  const where = new RegExp(`^${platform} in (${pid ?? '\\d+'}) is at http://\\S+:(\\d+);$`, 'm')
  const [, told, port] = await program.sees(where)
  return { pid: Number(told), port: Number(port) }
}

async function beginSlowRequests(program: Program, ports: readonly number[]): Promise<Promise<string>[]> {
  const begun = program.output.split('slow request begins').length
  const answers = ports.map((port) => get(port, '/api/slow?ms=400').then(({ body }) => body))
  await program.until(
    () => program.output.split('slow request begins').length === begun + ports.length,
    'slow requests',
  )
  return answers
}

/** Each status with its route, of all that has been asked for. */
async function countedIn(program: Program): Promise<string[]> {
  program.child.send('metrics')
  const [metrics] = (await once(program.child, 'message')) as [Counted[]]
  const durations = metrics.find(({ name }) => name === 'http_server_request_duration_seconds')
  const labels = durations?.series.map((series) => series.labels) ?? []
  return labels
    .map((label) => `${label['http_response_status_code']} ${label['http_route'] ?? 'no route'}`)
    .toSorted()
}

describe('an app of Nest, on Express and on Fastify', () => {
  it('serves as it would by itself, and ends by its own hooks, once each and in the order of Nest', async (t) => {
    const plain = start(t, 'nest/main.js', { env: { PLAIN: '1', SIGNALS: 'once' } })
    const program = start(t, 'nest/main.js', {
      env: { SIGNALS: 'twice', OPTIONS: JSON.stringify({ workers: 1, reload: { soak: 50 } }) },
    })
    await plain.sees(/both listen/)
    plain.kill('SIGTERM')
    await plain.ends()

    const places = await Promise.all(platforms.map((platform) => urlOf(platform, program)))
    const ports = places.map(({ port }) => port)
    const [old] = program.workers()
    for (const port of ports) {
      assert.equal((await get(port, '/api/pid')).body, String(old))
      assert.equal((await get(port, '/api/v2/users/17?x=1')).body, 'user 17')
      assert.equal((await get(port, '/api/secret')).status, 403)
      assert.equal((await get(port, '/api/fails/1')).status, 500)
      assert.equal((await get(port, '/nowhere/17')).status, 404)
      assert.deepEqual(
        await Promise.all(
          ['/ready', '/livez', '/readyz'].map(async (path) => (await get(port, path)).status),
        ),
        [200, 200, 404],
      )
    }
    const routes = ['200 /api/pid', '200 /api/v2/users/:id', '403 /api/secret', '500 /api/fails/:id']
    const expected = [...routes, '200 no route', '404 no route'].toSorted().join()
    // A worker tells them once a second.
    await eventually(async () => (await countedIn(program)).join() === expected, expected)

    // In a reload no signal ends the worker.
    const before = await beginSlowRequests(program, ports)
    program.kill('SIGHUP')
    await program.sees(/reload done/)
    assert.deepEqual(await Promise.all(before), ['slow', 'slow'])
    await program.sees(/is gone: drained/)

    const [current] = program.workers()
    const last = await beginSlowRequests(program, ports)
    program.kill('SIGTERM')
    assert.deepEqual(await Promise.all(last), ['slow', 'slow'])
    assert.equal(await program.ends(), 0)

    for (const platform of platforms) {
      const hooks = saidBy(platform, plain.pid, plain)
      assert.equal(hooks.length, 6)
      const request = ['slow request begins', 'slow request ends']
      assert.deepEqual(saidBy(platform, current!, program), [...request, ...hooks, 'onShutdown'])
      const unsignalled = hooks.map((hook) => hook.replace('SIGTERM', 'undefined'))
      assert.deepEqual(saidBy(platform, old!, program), [...request, ...unsignalled, 'onShutdown'])
    }
  })

  it('runs no hook again where its close has failed', async (t) => {
    const program = start(t, 'nest/main.js', {
      env: { SIGNALS: 'twice', FAILS: 'close', OPTIONS: JSON.stringify({ workers: 0 }) },
    })
    await Promise.all(platforms.map((platform) => urlOf(platform, program)))
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.match(program.output, /the close of a Nest app failed: Error: failed as told/)
    for (const platform of platforms) {
      const said = saidBy(platform, program.pid, program)
      assert.equal(said.length, 5)
      assert.equal(new Set(said).size, 5)
      assert.equal(said.at(-1), 'onShutdown')
    }
  })
})
