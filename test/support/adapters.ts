import assert from 'node:assert/strict'
import { once } from 'node:events'
import http from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { get, pidsOf } from './http.ts'
import { hangTimeout, load, nodeClients, undiciClients } from './load.ts'
import { isAlive, type Program, start } from './program.ts'

/** Each framework in each version that its adapter is made for; `foreign` are apps of another one. */
const frameworks = {
  'node:http': { adapter: '@clustered/core', app: 'plain', foreign: ['koa-3', 'koa-2'] },
  'Express 5': { adapter: '@clustered/express', app: 'express-5', foreign: ['koa-3'] },
  'Express 4': { adapter: '@clustered/express', app: 'express-4', foreign: ['koa-2'] },
  'Fastify 5': { adapter: '@clustered/fastify', app: 'fastify-5', foreign: ['express-5', 'koa-3'] },
  'Koa 3': { adapter: '@clustered/koa', app: 'koa-3', foreign: ['express-5', 'plain'] },
  'Koa 2': { adapter: '@clustered/koa', app: 'koa-2', foreign: ['express-4'] },
}

/** What every adapter is to do, with an app of that framework. */
export function testAdapterOf(name: keyof typeof frameworks): void {
  const framework = frameworks[name]
  describe(`an app of ${name}`, () => {
    const run = (t: TestContext, how: 'instance' | 'factory', app = framework.app, options = {}): Program =>
      start(t, `adapters/${how}.js`, {
        args: [framework.adapter, `./${app}.js`],
        env: { OPTIONS: JSON.stringify({ workers: 2, reload: { soak: 50 }, ...options }) },
      })

    for (const how of ['instance', 'factory'] as const)
      it(`serves from as many processes as there are workers, through a reload to the end, given as ${how}`, async (t) => {
        const program = run(t, how)
        const port = await program.listens()
        const old = await pidsOf(port, 2)
        assert.deepEqual([...old].sort(), program.workers().sort())
        const loaders = [...program.output.matchAll(/app loaded in (\d+)/g)].map(([, pid]) => Number(pid))
        const expected = how === 'instance' ? [...old, program.pid] : [...old]
        assert.deepEqual(loaders.sort(), expected.sort(), 'the processes that loaded the app')
        await assertAnswers(port)

        // A reload under keep-alive load loses no request.
        const later = { path: '/later?ms=2', expect: 'later' }
        const body = Buffer.alloc(16_384, 'x')
        const echo = { method: 'POST', path: '/echo', body, expect: body.toString() }
        const clients = load([
          ...nodeClients(4, { port }, later),
          ...undiciClients(4, { port }, later),
          ...nodeClients(2, { port }, echo),
          ...undiciClients(2, { port }, echo),
        ])
        program.kill('SIGHUP')
        await program.sees(/reload done: every slot is on generation 2/)
        await clients.stop()
        assert.deepEqual(clients.failures, [])
        assert.ok(clients.answered > 50, `${clients.answered} answered`)
        const current = await pidsOf(port, 2)
        assert.equal(new Set([...old, ...current]).size, 4, 'every worker is a new one')

        // At SIGTERM, what is in flight is answered.
        const workers = program.workers()
        const answers = await beginSlowRequests(program, port, 4)
        program.kill('SIGTERM')
        for (const answer of answers) assert.equal((await answer).body, 'slow')
        assert.equal(await program.ends(), 0)
        assert.deepEqual(workers.filter(isAlive), [])
      })

    for (const how of ['instance', 'factory'] as const)
      it(`serves and drains in single mode, given as ${how}`, async (t) => {
        const program = run(t, how, framework.app, { workers: 0 })
        const port = await program.listens()
        assert.match(program.output, /single mode/)
        assert.equal(Number((await get(port, '/pid')).body), program.pid)
        assert.deepEqual(program.workers(), [])
        await assertAnswers(port)
        const answers = await beginSlowRequests(program, port, 2)
        program.kill('SIGTERM')
        for (const answer of answers) assert.equal((await answer).body, 'slow')
        assert.equal(await program.ends(), 0)
      })

    for (const app of ['nothing', 'object', ...framework.foreign])
      it(`is told from what is none: ${app}`, async (t) => {
        const [instance, factory] = [run(t, 'instance', app), run(t, 'factory', app)]
        assert.deepEqual([await instance.ends(), await factory.ends()], [1, 1])
        for (const { output } of [instance, factory]) assert.match(output, /ERR_CLUSTERED_BAD_TARGET/)
        const shown = { nothing: 'undefined', object: 'an object \\(Object\\)' }[app] ?? '.*'
        assert.match(instance.output, new RegExp(`\\(\\) was given ${shown}\\. Expected: a`))
        assert.match(factory.output, new RegExp(`\\(\\) returned ${shown}\\. Expected: a`))
      })
  })
}

/** Routing, a body, a 404 and an answer that is streamed. */
async function assertAnswers(port: number): Promise<void> {
  assert.equal((await get(port, '/users/ada')).body, 'user ada')

  const json = await post(port, '/json', JSON.stringify({ numbers: [1, 2, 39] }))
  assert.deepEqual([json.status, JSON.parse(json.body)], [200, { sum: 42 }])

  assert.equal((await get(port, '/nowhere')).status, 404)

  // Each piece is sent when the one before has come back: only an answer that is streamed ends.
  const request = http.request({ host: '127.0.0.1', port, method: 'POST', path: '/echo', agent: false })
  request.setTimeout(hangTimeout, () => request.destroy(new Error('hung')))
  const answer = once(request, 'response') as Promise<[http.IncomingMessage]>
  request.write('one')
  const [response] = await answer
  response.setEncoding('utf8')
  assert.deepEqual(await once(response, 'data'), ['one'])
  request.write('two')
  assert.deepEqual(await once(response, 'data'), ['two'])
  request.end()
  await once(response, 'end')
}

async function post(port: number, path: string, body: string): Promise<{ status: number; body: string }> {
  const headers = { 'content-type': 'application/json', connection: 'close' }
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body })
  return { status: response.status, body: await response.text() }
}

/** Returns when the app has all of them. */
async function beginSlowRequests(
  program: Program,
  port: number,
  count: number,
): Promise<ReturnType<typeof get>[]> {
  const answers = Array.from({ length: count }, () => get(port, '/slow?ms=700'))
  for (const answer of answers) answer.catch(() => {})
  await program.until(
    () => program.output.split('slow request begins').length > count,
    `${count} slow requests`,
  )
  return answers
}
