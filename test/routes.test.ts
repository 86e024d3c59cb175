import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { get } from './support/http.ts'
import { ask, connect } from './support/http2-client.ts'
import { type Program, start } from './support/program.ts'

/** What is asked for, and the status and route that it is counted under. */
type Expected = Record<string, [status: number, route?: string]>

const express: Expected = {
  '/': [200, '/'],
  '/users': [200, '/users'],
  '/users/': [200, '/users'],
  '/users/17?x=1': [200, '/users/:id'],
  '/users/17/posts/4': [200, '/users/:user/posts/:post'],
  '/v1/people/17': [200, '/v1/people/:id'],
  '/V2/People/17': [200, '/v2/people/:id'],
  '/admin/acme/of/4': [200, '/admin/:tenant/of/:page'],
  '/first': [200, '/first'],
  '/second/17': [200, '/second/:id'],
  '/regex': [200, String.raw`/^\/re(gex)?$/`],
  '/users/17/fails': [500, '/users/:id/fails'],
  '/users/18/fails?handled': [500, '/users/:id/fails'],
  '/users/17/later?handled': [500, '/users/:id/later'],
  '/admin/acme/fails': [500, '/admin/:tenant/fails'],
  '/none/17': [404, '/none/:id'],
  '/file': [200],
  '/passed/17': [404],
  '/nowhere/17': [404],
}

const koa: Expected = {
  '/': [200, '/'],
  '/users/17': [200, '/users/:id'],
  '/users/17?denied': [401, '/users/:id'],
  '/users/17/fails': [500, '/users/:id/fails'],
  '/users/17/posts/4': [200, '/users/:user/posts/:post'],
  '/first': [200, '/first'],
  '/second/17': [200, '/second/:id'],
  '/regex': [200, String.raw`/^\/re(gex)?$/`],
  '/api/of/4': [200, '/api/of/:page'],
  '/nowhere/17': [404],
}

const fastify: Expected = {
  '/': [200, '/'],
  '/users/17?x=1': [200, '/users/:id'],
  '/users/18?denied': [401, '/users/:id'],
  '/users/17/fails': [500, '/users/:id/fails'],
  '/numbers/17': [200, '/numbers/:number'],
  '/numbers/none': [400, '/numbers/:number'],
  '/files/of/17': [200, '/files/*'],
  '/api/of/4': [200, '/api/of/:page'],
  '/api/17': [404],
  '/nowhere/17': [404],
}

/** Over HTTP/2, with an adapter that throws at the second. */
const own: Expected = { '/own/17': [200, '/own/:id'], '/throws': [200] }

const frameworks: Record<string, Expected> = {
  'Express 5': express,
  'Express 4': express,
  'Express 4 without an adapter': express,
  'Koa 3': koa,
  'Koa 2': koa,
  Fastify: fastify,
  'Fastify without an adapter': fastify,
  own,
}

interface Answered {
  name: string
  series: { labels: Record<string, string>; counts: number[] }[]
}

/** How many requests there were of each status and route. */
async function counted(program: Program): Promise<Map<string, number>> {
  const { body } = await get(await portOf(program, 'metrics'))
  const metrics = JSON.parse(body) as Answered[]
  const durations = metrics.find(({ name }) => name === 'http_server_request_duration_seconds')
  const counts = new Map<string, number>()
  for (const { labels, counts: all } of durations?.series ?? [])
    counts.set(
      `${labels['http_response_status_code']} ${labels['http_route']}`,
      all.reduce((sum, count) => sum + count),
    )
  return counts
}

async function portOf(program: Program, name: string): Promise<number> {
  const [, port] = await program.sees(new RegExp(`^${name} at (\\d+);`, 'm'))
  return Number(port)
}

describe('a request is counted under the route that the app was given', () => {
  it('and never under what the client has asked for', async (t) => {
    const program = start(t, 'routes/server.js')
    for (const [name, expected] of Object.entries(frameworks)) {
      const port = await portOf(program, name)
      const before = await counted(program)
      const session = name === 'own' ? connect('h2c', port) : undefined
      const wanted = new Map<string, number>()
      for (const [path, [status, route]] of Object.entries(expected)) {
        const answer = await (session ? ask(session, path) : get(port, path))
        assert.equal(answer.status, status, `${name}: ${path}`)
        const key = `${status} ${route}`
        wanted.set(key, (wanted.get(key) ?? 0) + 1)
      }
      session?.destroy()
      const after = await counted(program)
      const news = [...after].map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const)
      // What is asked here for the metrics is one more.
      wanted.set('200 undefined', (wanted.get('200 undefined') ?? 0) + 1)
      assert.deepEqual(
        new Map(news.filter(([, count]) => count > 0).toSorted()),
        new Map([...wanted].toSorted()),
        name,
      )
    }
  })
})
