import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, mkdirSync, readdirSync, statSync, symlinkSync } from 'node:fs'
import http from 'node:http'
import net from 'node:net'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Desk } from './support/desk.ts'
import { get, pidsOf } from './support/http.ts'
import { load, nodeClients } from './support/load.ts'
import { eventually, type Program, start } from './support/program.ts'

interface Served {
  desk: Desk
  program: Program
  port: number
  socket: string
}

async function serve(t: TestContext, options: object = {}): Promise<Served> {
  const desk = new Desk(t)
  const { program, port } = await serveAt(t, desk, options)
  await eventually(() => desk.sockets.length === 1, 'the control socket')
  return { desk, program, port, socket: desk.sockets[0]! }
}

async function serveAt(
  t: TestContext,
  desk: Desk,
  options: object = {},
): Promise<{ program: Program; port: number }> {
  const program = start(t, 'server.js', {
    env: {
      XDG_RUNTIME_DIR: desk.runtime,
      TMPDIR: desk.root,
      OPTIONS: JSON.stringify({ workers: 1, ...options }),
    },
  })
  return { program, port: await program.listens() }
}

interface ControlAnswer {
  status: number
  body: {
    name?: string
    slots?: number
    state?: string
    workers?: object[]
    error?: { code: string; message: string }
  }
}

function ask(socketPath: string, method: string, url: string, body = ''): Promise<ControlAnswer> {
  return new Promise((resolve, reject) => {
    const request = http.request({ socketPath, method, path: url, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (more: string) => (text += more))
      response.on('end', () => resolve({ status: response.statusCode!, body: JSON.parse(text) }))
    })
    request.on('error', reject)
    request.end(body)
  })
}

/** Sends bytes and reads until the server hangs up. */
function raw(socketPath: string, send: (socket: net.Socket) => void): Promise<string> {
  return new Promise((resolve) => {
    let text = ''
    const socket = net.connect(socketPath, () => send(socket))
    socket.setEncoding('latin1').on('data', (more: string) => (text += more))
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
}

describe('the control socket', () => {
  it('describes and scales a program that has clustered(app) in its own code', async (t) => {
    const { socket, port, program } = await serve(t, { name: 'shop', workers: 2 })
    const { status, body } = await ask(socket, 'GET', '/v1/program')
    assert.equal(status, 200)
    assert.equal(body.name, 'shop')
    assert.equal(body.state, 'ready')
    assert.equal(body.workers!.length, 2)
    assert.equal((await ask(socket, 'POST', '/v1/scale', '{"by":1}')).body.slots, 3)
    assert.equal((await pidsOf(port, 3)).size, 3)
    assert.equal((await ask(socket, 'POST', '/v1/close')).status, 202)
    assert.equal(await program.ends(), 0)
    assert.equal(existsSync(socket), false, 'it goes with its primary')
  })

  it('says what is wrong with what it was asked', async (t) => {
    const { socket } = await serve(t)
    for (const [method, url, body, status, code, message] of [
      ['GET', '/', '', 404, 'BAD_REQUEST', /There is: GET \/v1\/program/i],
      ['POST', '/v1/scale', 'not json', 400, 'BAD_REQUEST', /not a JSON object/],
      ['POST', '/v1/scale', '[]', 400, 'BAD_REQUEST', /not a JSON object/],
      ['POST', '/v1/scale', '{}', 400, 'BAD_REQUEST', /takes \{ "workers": 4 \}/],
      ['POST', '/v1/scale', '{"workers":0}', 422, 'BAD_OPTION', /a whole number from 1/],
      ['POST', '/v1/scale', '{"workers":8000}', 422, 'BAD_OPTION', /to 1024/],
      ['POST', '/v1/scale', `{"workers":"${'x'.repeat(5000)}"}`, 413, 'BAD_REQUEST', /more than 4096 bytes/],
    ] as const) {
      const answer = await ask(socket, method, url, body)
      assert.equal(answer.status, status, `${method} ${url} ${body.slice(0, 20)}`)
      assert.equal(answer.body.error!.code, `ERR_CLUSTERED_${code}`)
      assert.match(answer.body.error!.message, message)
    }
  })

  it('is for its owner alone', async (t) => {
    const { socket } = await serve(t)
    assert.equal(statSync(path.dirname(socket)).mode & 0o777, 0o700)
    assert.equal(statSync(socket).mode & 0o777, 0o600)
  })

  it(
    'lets no other user in',
    { skip: process.getuid?.() !== 0 && 'needs root, to be another user' },
    async (t) => {
      const { desk, socket } = await serve(t)
      chmodSync(desk.root, 0o755)
      chmodSync(desk.runtime, 0o755)
      const asNobody = (): string => {
        const code = `
        process.setgid(65534); process.setgroups([]); process.setuid(65534)
        require('net').connect(${JSON.stringify(socket)})
          .on('connect', () => { console.log('connected'); process.exit() })
          .on('error', (error) => console.log(error.code))`
        return spawnSync(process.execPath, ['-e', code], { encoding: 'utf8' }).stdout.trim()
      }
      assert.equal(asNobody(), 'EACCES')
      chmodSync(path.dirname(socket), 0o755)
      assert.equal(asNobody(), 'EACCES', 'the socket itself refuses too')
      assert.equal((await ask(socket, 'GET', '/v1/program')).status, 200)
    },
  )

  it(
    "is not put into a folder that is another user's, nor behind a symlink",
    { skip: process.getuid?.() !== 0 && 'needs root' },
    async (t) => {
      const desk = new Desk(t)
      const elsewhere = path.join(desk.root, 'elsewhere')
      mkdirSync(elsewhere)
      symlinkSync(elsewhere, path.join(desk.runtime, 'clustered'))
      const { program } = await serveAt(t, desk)
      const own = path.join(desk.root, `clustered-${process.getuid!()}`)
      await eventually(
        () => existsSync(own) && readdirSync(own).length === 1,
        'the socket in the second place',
      )
      assert.deepEqual(readdirSync(elsewhere), [])
      program.kill('SIGTERM')
      await program.ends()
    },
  )

  it('costs the program nothing but itself where it is not possible', async (t) => {
    const desk = new Desk(t)
    const file = path.join(desk.root, 'file')
    desk.write('../file', '')
    const program = start(t, 'server.js', {
      env: { XDG_RUNTIME_DIR: file, TMPDIR: file, OPTIONS: '{"workers":1}' },
    })
    assert.equal((await get(await program.listens())).body, 'hello')
    await program.sees(
      /warning: no control socket, so that the command 'clustered' does not see this program/,
    )
  })

  for (const length of [60, 90, 200])
    it(`is in the next folder where the first one has a path of ${length} bytes and more`, async (t) => {
      const desk = new Desk(t)
      desk.env['XDG_RUNTIME_DIR'] = path.join(desk.root, 'x'.repeat(length))
      mkdirSync(desk.env['XDG_RUNTIME_DIR'])
      const program = start(t, 'server.js', { env: { ...desk.env, OPTIONS: '{"workers":1,"name":"shop"}' } })
      await program.listens()
      const folder = path.join(desk.root, `clustered-${process.getuid!()}`)
      await eventually(() => existsSync(folder) && readdirSync(folder).length === 1, 'the socket')
      assert.deepEqual(readdirSync(desk.env['XDG_RUNTIME_DIR']), [], 'and none that is cut short')
      assert.equal((await desk.json<{ pid: number }[]>('list'))[0]!.pid, program.pid, 'the command finds it')
      assert.equal((await desk.run('stop', 'shop')).code, 0)
      assert.equal(await program.ends(), 0)
    })

  it('says what to do where every path is too long', async (t) => {
    const desk = new Desk(t)
    const long = path.join(desk.root, 'x'.repeat(90))
    mkdirSync(long)
    const program = start(t, 'server.js', {
      env: { XDG_RUNTIME_DIR: long, TMPDIR: long, OPTIONS: '{"workers":1}' },
    })
    assert.equal((await get(await program.listens())).body, 'hello')
    await program.sees(
      /no control socket.* has more than \d+ bytes.* set XDG_RUNTIME_DIR to a folder of this user's/,
    )
  })

  it('is not there with control: false', async (t) => {
    const desk = new Desk(t)
    const { port } = await serveAt(t, desk, { control: false })
    assert.equal((await get(port)).body, 'hello')
    assert.deepEqual(desk.sockets, [])
  })

  it('of a primary that was killed is cleaned up by the next one', async (t) => {
    const { desk, program, socket } = await serve(t)
    program.kill('SIGKILL')
    await program.ends()
    assert.equal(existsSync(socket), true)
    const second = await serveAt(t, desk)
    await eventually(() => !existsSync(socket) && desk.sockets.length === 1, 'only the second one')
    second.program.kill('SIGTERM')
    await second.program.ends()
    assert.deepEqual(desk.sockets, [])
  })

  it('given garbage, huge and slow input, changes nothing', async (t) => {
    const { socket, port, program } = await serve(t)
    const workers = program.workers()
    const clients = load(nodeClients(4, { port }, { expect: 'hello' }, false))
    const attacks = [
      raw(socket, (to) => to.end('\u0000\u00ff garbage \r\n\r\n')),
      raw(socket, (to) => to.end(`GET /${'x'.repeat(100_000)} HTTP/1.1\r\n\r\n`)),
      raw(socket, (to) => to.end(`GET / HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(1_000_000)}\r\n\r\n`)),
      raw(socket, (to) =>
        to.write(
          'POST /v1/scale HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n' + 'x'.repeat(1_000_000),
        ),
      ),
      raw(socket, (to) => to.write('POST /v1/scale HTTP/1.1\r\nHost: x\r\nContent-Length: 14\r\n\r\n{"work')),
      raw(socket, (to) => to.write('POST /v1/clo')),
      raw(socket, () => {}),
      raw(socket, (to) => {
        const drip = setInterval(() => to.write('x'), 200)
        to.write('GET /v1/program HTTP/1.1\r\nHost: x\r\nX-Slow: ')
        to.on('close', () => clearInterval(drip))
      }),
      ...Array.from({ length: 60 }, () => raw(socket, () => {})),
    ]
    const began = Date.now()
    await Promise.all(attacks)
    assert.ok(Date.now() - began < 15_000, 'nobody stays for long')
    const { body } = await ask(socket, 'GET', '/v1/program')
    assert.equal(body.slots, 1)
    assert.deepEqual(program.workers(), workers)
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    t.diagnostic(
      `${attacks.length} attacks over ${Date.now() - began} ms; ${clients.answered} requests answered meanwhile, 0 failed`,
    )
  })

  it('is told when a program is closing, and lets a client leave in the middle of a reload', async (t) => {
    const { socket, program } = await serve(t, { reload: { soak: 300 } })
    const request = http.request({ socketPath: socket, method: 'POST', path: '/v1/reload' })
    request.end()
    const [response] = (await once(request, 'response')) as [http.IncomingMessage]
    response.destroy()
    await program.sees(/reload done: every slot is on generation 2/)
    assert.equal((await ask(socket, 'GET', '/v1/program')).status, 200)
  })
})
