import assert from 'node:assert/strict'
import { once } from 'node:events'
import { existsSync, statSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { describe, it } from 'node:test'
import { Administered, type Asked, token } from './support/admin.ts'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'
import { start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const authorization = `Bearer ${token}`
const scrapeToken = 'only-for-those-who-scrape'
const wrong = { authorization: 'Bearer not-the-token-at-all' }
const scrape = { authorization: `Bearer ${scrapeToken}` }

/** What is asked, and the status of the answer. */
type Case = [status: number, path: string, asked?: Asked]

async function holds(administered: Administered, cases: readonly Case[]): Promise<void> {
  for (const [status, where, asked] of cases) {
    const answer = await administered.ask(where, asked)
    assert.equal(answer.status, status, `${where} ${JSON.stringify(asked)}: ${answer.body}`)
  }
}

describe('the admin server', () => {
  it('on loopback is read by anybody, and changed by who has the token', async (t) => {
    const there = await Administered.open(t, { port: 0, token })
    const post = (headers: object): Asked => ({
      method: 'POST',
      headers: { ...headers },
      body: '{"workers":1}',
    })
    await holds(there, [
      [200, '/livez'],
      [200, '/readyz'],
      [200, '/healthz?verbose=1'],
      [200, '/metrics'],
      [200, '/'],
      [200, '/page.js'],
      [200, '/v1/program'],
      [200, '/v1/program', { method: 'HEAD' }],
      [200, '/readyz', { method: 'HEAD' }],
      [404, '/nothing'],
      [404, '/constructor'],
      [404, '//'],
      [404, '/../etc/passwd'],
      [404, '/v1/nothing'],
      [204, '/v1/scale', { method: 'OPTIONS' }],
      [204, '/readyz', { method: 'OPTIONS', headers: { 'access-control-request-method': 'GET' } }],
      [405, '/readyz', { method: 'POST' }],
      [405, '/', { method: 'DELETE' }],
      [405, '/v1/program', post({ authorization })],
      // Tokens.
      [401, '/v1/scale', post({})],
      [401, '/v1/scale', post(wrong)],
      [401, '/v1/scale', post({ authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` })],
      [401, '/v1/scale', post({ authorization: `Bearer ${token}x` })],
      [401, `/v1/scale?token=${token}`, post({})],
      [401, '/v1/program', { headers: wrong }],
      [200, '/v1/scale', post({ authorization })],
      [200, '/v1/scale', post({ authorization: `bearer ${token}` })],
      [413, '/v1/scale', { method: 'POST', headers: { authorization }, body: 'x'.repeat(100_000) }],
      [400, '/v1/scale', { method: 'POST', headers: { authorization }, body: '[' }],
      // What writes files or opens a door is for who is on this machine.
      [403, '/v1/heap', post({ authorization })],
      [403, '/v1/inspect', post({ authorization })],
      // Names that somebody else's DNS may have led here.
      ...[
        'evil.example',
        'evil.example:80',
        '127.0.0.1.evil.example',
        '10.0.0.1',
        'localhost@evil.example',
      ].flatMap((host): Case[] => [
        [421, '/', { headers: { host } }],
        [421, '/readyz', { headers: { host } }],
        [421, '/v1/scale', post({ host, authorization })],
      ]),
      ...['localhost:1', 'LOCALHOST', 'app.localhost', '127.0.0.2', '[::1]:9000'].map((host): Case => [
        200,
        '/healthz',
        { headers: { host } },
      ]),
      // Pages of other origins.
      ...[
        'http://evil.example',
        'null',
        'http://localhost:1',
        'file://',
        `http://127.0.0.1:${there.adminPort}.evil.example`,
      ].flatMap((origin): Case[] => [
        [403, '/v1/scale', post({ origin, authorization })],
        [403, '/v1/program', { headers: { origin } }],
      ]),
      [200, '/v1/scale', post({ origin: `http://127.0.0.1:${there.adminPort}`, authorization })],
      [403, '/v1/scale', post({ 'sec-fetch-site': 'cross-site', authorization })],
      [
        403,
        '/v1/scale',
        post({ 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'navigate', authorization }),
      ],
      [403, '/metrics', { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } }],
      [200, '/', { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' } }],
      [200, '/v1/scale', post({ 'sec-fetch-site': 'same-origin', authorization })],
    ])
    const { headers, body } = await there.ask('/')
    assert.match(headers['content-security-policy'] as string, /default-src 'none'.*frame-ancestors 'none'/)
    assert.equal(headers['x-content-type-options'], 'nosniff')
    assert.match(body, /<!doctype html>/i)
    const { body: metrics } = await there.ask('/metrics')
    assert.match(metrics, /^clustered_slots_ready 1$/m)
    const openMetrics = { accept: 'application/openmetrics-text; version=1.0.0' }
    assert.match((await there.ask('/metrics', { headers: openMetrics })).body, /# EOF\n$/)
    assert.equal(
      (await there.ask('/v1/scale', post({}))).headers['www-authenticate'],
      'Bearer realm="clustered"',
    )
    assert.equal((await there.ask('/v1/scale', { method: 'OPTIONS' })).headers.allow, 'POST, OPTIONS')
    assert.doesNotMatch(there.program.output, new RegExp(token), 'no log has it')
    assert.equal((await there.ask('/v1/close', { method: 'POST', headers: { authorization } })).status, 202)
    assert.equal(await there.program.ends(), 0)
    await assert.rejects(there.ask('/livez'), { code: 'ECONNREFUSED' })
  })

  it('elsewhere answers probes, and who has a token', async (t) => {
    const there = await Administered.open(t, {
      port: 0,
      host: '0.0.0.0',
      token,
      scrapeToken,
      hosts: ['admin.example'],
    })
    await holds(there, [
      [200, '/livez', { headers: { host: 'any.example' } }],
      [200, '/readyz', { headers: { host: 'any.example' } }],
      [200, '/'],
      [401, '/healthz'],
      [401, '/metrics'],
      [401, '/v1/program'],
      [401, '/nothing'],
      [401, '/metrics', { headers: wrong }],
      [200, '/metrics', { headers: scrape }],
      [200, '/metrics', { headers: { authorization } }],
      [401, '/healthz', { headers: scrape }],
      [401, '/v1/scale', { method: 'POST', headers: scrape }],
      [200, '/healthz', { headers: { authorization } }],
      [200, '/healthz', { headers: { authorization, host: '10.1.2.3:9000' } }],
      [200, '/healthz', { headers: { authorization, host: 'admin.example' } }],
      [421, '/healthz', { headers: { authorization, host: 'other.example' } }],
      [
        200,
        '/v1/program',
        { headers: { authorization, host: 'x.localhost', origin: 'https://admin.example' } },
      ],
    ])
  })

  it('says how to set a token where there is none, in whatever way it was asked for', async (t) => {
    const dir = temporaryFolder()
    writeFileSync(`${dir}/token`, `${token}\n`)
    const none = await Administered.open(t, 0)
    const refused = await none.ask('/v1/reload', { method: 'POST', headers: wrong })
    assert.equal(refused.status, 403)
    assert.match(refused.body, /there is no token\. To set one: .*CLUSTERED_ADMIN_TOKEN/)
    // At a unix socket, whose token is in a file that a variable names.
    const socket = `${dir}/admin.sock`
    const server = await Administered.open(t, socket, {}, { CLUSTERED_ADMIN_TOKEN: `@${dir}/token` })
    assert.equal(statSync(socket).mode & 0o777, 0o600)
    await holds(server, [
      [200, '/healthz', { headers: { host: 'any.example' } }],
      [401, '/v1/reload', { method: 'POST' }],
      [200, '/v1/scale', { method: 'POST', headers: { authorization }, body: '{"workers":1}' }],
    ])
    server.program.kill('SIGKILL')
    await server.program.ends()
    assert.ok(existsSync(socket))
    const next = await Administered.open(t, socket)
    next.program.kill('SIGTERM')
    assert.equal(await next.program.ends(), 0)
    assert.equal(existsSync(socket), false)
  })

  it('waits for its port where somebody has it, and the program serves', async (t) => {
    const holder = net.createServer()
    await once(holder.listen(0, '127.0.0.1'), 'listening')
    t.after(() => holder.close())
    const { port } = holder.address() as net.AddressInfo
    const second = String(await freePort())
    const program = start(t, 'health.js', {
      env: { OPTIONS: JSON.stringify({ workers: 1, admin: { port }, hangTimeout: 0 }) },
    })
    const own = await program.listens()
    await program.sees(/no admin server: .*EADDRINUSE.*The program serves on/)
    assert.equal((await get(own)).body, 'hello')
    holder.close()
    await program.sees(/admin server at/)
    assert.equal((await get(port, '/readyz')).status, 200)
    assert.equal(program.output.match(/no admin server/g)?.length, 1)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    // A worker that wants the same one is told.
    const greedy = start(t, 'health.js', {
      env: { OPTIONS: JSON.stringify({ workers: 1, admin: Number(second) }), SECOND: second },
    })
    assert.equal(await greedy.ends(), 1)
    assert.match(greedy.output, new RegExp(`port ${second} is that of the admin server`))
  })

  it('refuses bad options, and shows no token', async (t) => {
    const options: [admin: unknown, message: RegExp][] = [
      [{ port: 0, token: 'hunter2' }, /admin\.token: what is given is no token.*16 or more/],
      [{ port: 0, token: '@/not/there' }, /admin\.token: the file \/not\/there cannot be read: ENOENT/],
    ]
    for (const [admin, message] of options) {
      const program = start(t, 'health.js', { env: { OPTIONS: JSON.stringify({ workers: 1, admin }) } })
      assert.equal(await program.ends(), 1)
      assert.match(program.output, message)
      assert.doesNotMatch(program.output, /hunter2/)
    }
  })
})
