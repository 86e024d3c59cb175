import assert from 'node:assert/strict'
import type { ChildProcess } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Desk } from './support/desk.ts'
import { interrupt, says } from './support/inside.ts'
import { LiveReader } from './support/live.ts'
import { eventually, type Program, start } from './support/program.ts'

async function run(t: TestContext, desk: Desk, name: string): Promise<Program> {
  const OPTIONS = JSON.stringify({ name, workers: 1 })
  const program = start(t, 'server.js', { env: { ...desk.env, OPTIONS } })
  await program.listens()
  await eventually(
    () => desk.sockets.some((socket) => path.basename(socket).startsWith(`${program.pid}-`)),
    `the control socket of ${name}`,
  )
  return program
}

type Headers = Record<string, string>

function bearer(token: string): Headers {
  return { Authorization: `Bearer ${token}` }
}

/** What a browser is given, and whoever else finds the port. */
class Opened {
  readonly child: ChildProcess
  readonly url: URL
  readonly token: string

  static async by(
    t: TestContext,
    desk: Desk,
    args: string[],
    env: Record<string, string> = {},
  ): Promise<Opened> {
    const child = desk.spawn(['open', ...args], env)
    t.after(() => child.kill('SIGKILL'))
    const [, url] = await says(child, /(http:\/\/\S+?)["\s]/)
    return new Opened(child, new URL(url!))
  }

  private constructor(child: ChildProcess, url: URL) {
    this.child = child
    this.url = url
    this.token = /^#token=([\w-]{43})$/.exec(url.hash)![1]!
  }

  get port(): number {
    return Number(this.url.port)
  }

  get authorization(): Headers {
    return bearer(this.token)
  }

  ask(
    place: string,
    headers: Headers = this.authorization,
    method = 'GET',
    body = '',
  ): Promise<{ status: number; text: string; headers: http.IncomingHttpHeaders }> {
    return new Promise((resolve, reject) => {
      const request = http.request(
        { host: '127.0.0.1', port: this.port, path: place, method, headers, agent: false },
        (response) => {
          let text = ''
          response.setEncoding('utf8').on('data', (more: string) => (text += more))
          response.on('error', reject)
          response.on('end', () => resolve({ status: response.statusCode!, text, headers: response.headers }))
        },
      )
      request.on('error', reject)
      request.end(body)
    })
  }

  async codeOf(...asked: Parameters<Opened['ask']>): Promise<[number, string]> {
    const { status, text } = await this.ask(...asked)
    return [status, (JSON.parse(text) as { error: { code: string } }).error.code]
  }
}

describe('clustered open', () => {
  it('shows programs to whoever has the address, and to nobody else', async (t) => {
    const desk = new Desk(t)
    assert.match((await desk.run('open')).stderr, /Nothing runs\..* \(ERR_CLUSTERED_NOTHING_RUNNING\)/)
    const [shop] = await Promise.all([run(t, desk, 'shop'), run(t, desk, 'blog')])
    const opening = path.join(desk.root, 'bin', 'xdg-open')
    writeFileSync(
      opening,
      `#!/bin/sh\nprintf %s "$*" > '${desk.root}/part' && mv '${desk.root}/part' '${desk.root}/opened'\n`,
    )
    chmodSync(opening, 0o755)
    const opened = await Opened.by(t, desk, [], { DISPLAY: ':99' })
    assert.equal(opened.url.hostname, '127.0.0.1')
    const ofShop = Opened.by(t, desk, ['shop'], { DISPLAY: ':99', SSH_CONNECTION: '::1 1 ::1 22' })
    const taken = desk.run('open', 'shop', '--no-browser', '--port', opened.url.port)
    const wrong = desk.run('open', 'shop', '--port', 'http')
    assert.equal(opened.url.pathname, '/', 'an overview, as there are two')

    // Every user can read a process's arguments.
    await eventually(() => existsSync(`${desk.root}/opened`), 'a browser')
    const given = readFileSync(`${desk.root}/opened`, 'utf8')
    assert.ok(given.startsWith('file:///') && !given.includes(opened.token))
    const file = fileURLToPath(given)
    assert.ok(readFileSync(file, 'utf8').includes(`url=${opened.url.href}"`))
    assert.deepEqual([statSync(file).mode & 0o777, statSync(path.dirname(file)).mode & 0o777], [0o600, 0o700])

    const one = await ofShop
    assert.equal(one.url.pathname, '/p/shop/')
    assert.equal(readFileSync(`${desk.root}/opened`, 'utf8'), given, 'nothing is opened over SSH')
    assert.equal((await one.ask('/p/shop/v1/program')).status, 200)
    assert.equal((await one.ask('/p/blog/v1/program')).status, 503, 'it was not named')
    assert.equal(await interrupt(one.child), 0)
    assert.match((await taken).stderr, /somebody listens there already.* \(ERR_CLUSTERED_PORT\)/)
    assert.match((await wrong).stderr, /--port http is no port/)

    const places = ['/v1/programs', '/p/shop/v1/program', '/p/shop/v1/live', '/p/nobody/v1/live']
    for (const place of places) {
      for (const headers of [{}, bearer('x'), { Authorization: opened.token }])
        assert.deepEqual(await opened.codeOf(place, headers), [401, 'ERR_CLUSTERED_REFUSED'])
      const foreign: Headers[] = [
        { Host: 'evil.example' },
        { Host: `evil.example:${opened.port}` },
        { Host: '127.0.0.1.evil.example' },
        { Origin: 'http://evil.example' },
        { Origin: 'null' },
        { Origin: 'http://127.0.0.1:1' },
        { 'Sec-Fetch-Site': 'cross-site' },
      ]
      for (const headers of foreign)
        assert.deepEqual(
          await opened.codeOf(place, { ...opened.authorization, ...headers }),
          ['Host' in headers ? 421 : 403, 'ERR_CLUSTERED_REFUSED'],
          JSON.stringify(headers),
        )
    }
    const reload = (headers: Headers) =>
      opened.codeOf('/p/shop/v1/reload', headers, 'POST').then(([status]) => status)
    assert.equal(await reload({}), 401)
    assert.equal(await reload({ ...opened.authorization, Origin: 'http://evil.example' }), 403)
    for (const route of ['close', 'inspect', 'heap', 'profile', 'reopen-logs'])
      assert.deepEqual(await opened.codeOf(`/p/shop/v1/${route}`, opened.authorization, 'POST', '{}'), [
        404,
        'ERR_CLUSTERED_NOT_FOUND',
      ])

    // Behind `ssh -L`, the port is another.
    const listed = await opened.ask('/v1/programs', { ...opened.authorization, Host: 'localhost:8080' })
    const { programs } = JSON.parse(listed.text) as {
      programs: { name: string; path: string; status: { state: string } | null; error: null }[]
    }
    assert.deepEqual(
      programs.map(({ name, path: its, status, error }) => [name, its, status?.state, error]),
      [
        ['blog', 'p/blog/', 'ready', null],
        ['shop', 'p/shop/', 'ready', null],
      ],
    )
    const folder = await opened.ask('/p/shop', {})
    assert.deepEqual([folder.status, folder.headers.location], [308, '/p/shop/'])
    for (const place of ['/', '/p/shop/', '/page.css', '/p/shop/page.css']) {
      const { status, headers } = await opened.ask(place, {})
      assert.equal(status, 200, place)
      assert.match(String(headers['content-security-policy']), /default-src 'none'/)
    }
    for (const place of [
      '/../package.json',
      '/p/shop/..%2f..%2fpackage.json',
      '//evil.example/',
      '/p/%ff/v1/live',
    ])
      assert.equal((await opened.ask(place)).status, 404, place)

    const where = { port: opened.port, path: '/p/shop/v1/live', headers: opened.authorization }
    const reader = await LiveReader.open(where)
    const program = await reader.hears('program')
    assert.deepEqual([program.status.name, program.mayChange], ['shop', true])
    const reloaded = await opened.ask(
      '/p/shop/v1/reload',
      { ...opened.authorization, Origin: opened.url.origin },
      'POST',
    )
    const end = JSON.parse(reloaded.text.trimEnd().split('\n').at(-1)!) as object
    assert.deepEqual(end, { event: 'end', ok: true, generation: 2, slots: 1 })
    await reader.hears('status', ({ generation }) => generation === 2)
    const scaled = await opened.ask('/p/shop/v1/scale', opened.authorization, 'POST', '{"workers":2}')
    assert.equal((JSON.parse(scaled.text) as { slots: number }).slots, 2)
    assert.deepEqual(await opened.codeOf('/p/shop/v1/scale', opened.authorization, 'POST', '{"workers":0}'), [
      422,
      'ERR_CLUSTERED_BAD_OPTION',
    ])

    shop.kill('SIGTERM')
    assert.equal(await reader.ended, 'complete')
    assert.equal(await shop.ends(), 0)
    assert.deepEqual(await opened.codeOf('/p/shop/v1/live'), [503, 'ERR_CLUSTERED_NOT_RUNNING'])
    await run(t, desk, 'shop')
    const again = await LiveReader.open(where)
    assert.equal((await again.hears('program')).status.generation, 1)

    // Another one of that name: each is called by its pid, too.
    const other = await run(t, desk, 'shop')
    const both = JSON.parse((await opened.ask('/v1/programs')).text) as { programs: { path: string }[] }
    const its = both.programs.find((site) => site.path.includes(String(other.pid)))!
    assert.equal(its.path, `p/shop%3A${other.pid}/`)
    const status = JSON.parse((await opened.ask(`/${its.path}v1/program`)).text) as { pid: number }
    assert.equal(status.pid, other.pid)

    assert.equal(await interrupt(opened.child), 0)
    assert.equal(await again.ended, 'cut')
    assert.equal(existsSync(file), false)
  })
})
