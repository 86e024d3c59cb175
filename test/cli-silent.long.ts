import assert from 'node:assert/strict'
import { rmSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { Desk, type Listed, plainApp } from './support/desk.ts'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'
import { eventually, isAlive, start } from './support/program.ts'

async function daemon(t: TestContext): Promise<{ desk: Desk; port: number; pid: number }> {
  const desk = new Desk(t)
  const port = await freePort()
  desk.env['PORT'] = String(port)
  desk.write('app.js', plainApp('1'))
  const ran = await desk.run('start', 'app.js', '-i', '2', '--kill-timeout', '1s', '--daemon')
  assert.equal(ran.code, 0, ran.stderr)
  const [{ pid } = { pid: 0 }] = await desk.json<Listed[]>('list')
  t.after(() => isAlive(pid) && process.kill(pid, 'SIGKILL'))
  return { desk, port, pid }
}

const operations = [
  ['stop', 'app'],
  ['delete', 'app'],
  ['restart', 'app'],
  ['reload', 'app'],
  ['scale', 'app', '+1'],
  ['start', 'app'],
  ['start', 'app.js', '--daemon'],
]

describe('a primary that is stopped', () => {
  it('is not responding: nothing is done to it, and nothing is started over it', async (t) => {
    const { desk, port, pid } = await daemon(t)
    process.kill(pid, 'SIGSTOP')
    const { stdout } = await desk.run('list')
    assert.match(stdout, new RegExp(`app +${pid} +not responding`))
    const described = await desk.run('describe', 'app')
    assert.match(described.stdout, new RegExp(`not responding[^]*kill -CONT ${pid}`))
    assert.match(described.stdout, /logs .*out\.log/)
    const json = await desk.json<Listed>('describe', 'app')
    assert.equal(json.state, 'not responding')
    assert.equal(json.pid, pid)
    await Promise.all(
      operations.map(async (args) => {
        const { code, stderr } = await desk.run(...args)
        assert.equal(code, 1, args.join(' '))
        const message = new RegExp(
          `^error: 'app' \\(pid ${pid}\\) runs and does not respond: it is stopped\\. Nothing was changed\\. .*kill -CONT ${pid}.*kill -9 ${pid} \\(ERR_CLUSTERED_NOT_RESPONDING\\)\\n$`,
        )
        const busy = /^error: Another command .*ERR_CLUSTERED_BUSY\)\n$/
        assert.ok(message.test(stderr) || busy.test(stderr), `${args.join(' ')}: ${stderr}`)
      }),
    )
    assert.ok(isAlive(pid))
    process.kill(pid, 'SIGCONT')
    await eventually(async () => (await desk.json<Listed[]>('list'))[0]!.state === 'ready', 'it goes on')
    assert.equal((await desk.json<Listed[]>('list'))[0]!.pid, pid)
    assert.equal((await get(port)).body, '1')
    assert.equal((await desk.run('delete', 'app')).code, 0)
  })

  it('is not responding when it is no daemon either', async (t) => {
    const desk = new Desk(t)
    const env = { XDG_RUNTIME_DIR: desk.runtime, TMPDIR: desk.root, OPTIONS: '{"workers":1,"name":"shop"}' }
    const program = start(t, 'server.js', { env })
    await program.listens()
    program.kill('SIGSTOP')
    assert.match((await desk.run('list')).stdout, new RegExp(`\\? +${program.pid} +not responding`))
    assert.match(
      (await desk.run('stop', 'shop')).stderr,
      new RegExp(`There is no 'shop'\\. Programs that do not respond have no name: pid ${program.pid}\\.`),
    )
    assert.match((await desk.run('stop', String(program.pid))).stderr, /ERR_CLUSTERED_NOT_RESPONDING/)
    program.kill('SIGCONT')
    assert.equal((await desk.run('stop', 'shop')).code, 0)
  })

  for (const args of [
    ['scale', 'app', '3'],
    ['reload', 'app'],
    ['stop', 'app'],
  ])
    it(`in the middle of ${args[0]} is not waited for without end`, async (t) => {
      const { desk, pid } = await daemon(t)
      // Its new worker does not come up, and its old ones do not leave.
      desk.write('app.js', 'setInterval(() => {}, 1000)')
      if (args[0] === 'stop') process.kill((await desk.json<Listed[]>('list'))[0]!.workers[0]!.pid, 'SIGSTOP')
      const ran = desk.run(...args)
      await eventually(async () => {
        const [program] = await desk.json<Listed[]>('list')
        return program!.state === 'closing' || program!.workers.length === 3
      }, 'it has begun')
      process.kill(pid, 'SIGSTOP')
      const { code, stderr } = await ran
      assert.equal(code, 1)
      assert.match(stderr, /^error: [^\n]*(did not answer within 2000 ms|still runs after)[^\n]*\n$/)
    })

  it('that dies in the middle of a scale is one line, and exit code 1', async (t) => {
    const { desk, pid } = await daemon(t)
    desk.write('app.js', 'setInterval(() => {}, 1000)')
    const ran = desk.run('scale', 'app', '3')
    await eventually(async () => (await desk.json<Listed[]>('list'))[0]!.workers.length === 3, 'it boots')
    process.kill(pid, 'SIGKILL')
    const { code, stderr } = await ran
    assert.equal(code, 1)
    assert.match(
      stderr,
      /^error: The primary went away before it had answered[^\n]*ERR_CLUSTERED_NO_ANSWER\)\n$/,
    )
  })
})

describe('a daemon whose control socket is gone', () => {
  it('is not responding, until its pid is gone as well', async (t) => {
    const { desk, port, pid } = await daemon(t)
    rmSync(desk.sockets[0]!)
    assert.match((await desk.run('list')).stdout, new RegExp(`app +${pid} +not responding`))
    const { code, stderr } = await desk.run('delete', 'app')
    assert.equal(code, 1)
    assert.match(
      stderr,
      new RegExp(`its control socket is gone\\. Nothing was changed\\. To stop it: kill ${pid}`),
    )
    assert.equal((await get(port)).body, '1')
    process.kill(pid, 'SIGTERM')
    await eventually(async () => (await desk.json<Listed[]>('list'))[0]!.state === 'gone', 'gone')
    assert.equal((await desk.run('delete', 'app')).code, 0)
  })

  it('is not left behind by a start that cannot operate it', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    Object.assign(desk.env, { PORT: String(port), XDG_RUNTIME_DIR: undefined, TMPDIR: '/dev/null' })
    desk.write('app.js', plainApp('1'))
    const { code, stderr } = await desk.run('start', 'app.js', '-i', '1', '--daemon')
    assert.equal(code, 1)
    assert.match(
      stderr,
      /'app' did not come up[^]*no control socket[^]*XDG_RUNTIME_DIR[^]*ERR_CLUSTERED_BOOT_FAILED/,
    )
    await assert.rejects(get(port), { code: 'ECONNREFUSED' })
    assert.deepEqual(await desk.json('list'), [])
  })
})
