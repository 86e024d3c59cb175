import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { Desk, type Listed, plainApp } from './support/desk.ts'
import { get, pidsOf } from './support/http.ts'
import { load, nodeClients, undiciClients } from './support/load.ts'
import { freePort } from './support/port.ts'
import { eventually, isAlive, start } from './support/program.ts'

async function startDaemon(t: TestContext, ...args: string[]): Promise<{ desk: Desk; port: number }> {
  const desk = new Desk(t)
  const port = await freePort()
  desk.env['PORT'] = String(port)
  desk.write('app.js', plainApp('old'))
  const ran = await desk.run('start', 'app.js', '-i', '2', '--daemon', ...args)
  assert.equal(ran.code, 0, ran.stderr)
  return { desk, port }
}

/** What a deploy does wrong, and what shows that. */
const faults = {
  'throws at boot': ['throw new Error("bad release")', /bad release[^]*at .*app\.js:3/],
  'has a syntax error': ['this is no JavaScript', /SyntaxError/],
  'exits at boot': ['process.exit(7)', /exit code 7/],
  'dies during its soak': [
    'setTimeout(() => { throw new Error("bad release") }, 400)',
    /bad release[^]*at .*app\.js:3/,
  ],
} as const

describe('clustered reload', () => {
  for (const [name, [fault, message]] of Object.entries(faults))
    it(`exits with 1 when the new code ${name}, says why, and the old code serves on`, async (t) => {
      const { desk, port } = await startDaemon(t)
      const pids = [...(await pidsOf(port, 2))].sort()
      const clients = load([
        ...nodeClients(2, { port }, { expect: 'old' }),
        ...undiciClients(2, { port }, { expect: 'old' }),
      ])
      desk.write('app.js', plainApp('new', fault))
      const { code, stderr, stdout } = await desk.run('reload', 'app')
      await clients.stop()
      assert.deepEqual(clients.failures, [])
      assert.equal(code, 1)
      assert.match(stderr, message)
      assert.match(stderr, /Serving now: 2 on generation 1\. \(ERR_CLUSTERED_RELOAD_FAILED\)/)
      assert.doesNotMatch(stdout, /done/)
      assert.deepEqual([...(await pidsOf(port, 2))].sort(), pids)
    })

  it('exits with 1 when the primary goes away meanwhile', async (t) => {
    const { desk } = await startDaemon(t)
    const [{ pid } = { pid: 0 }] = await desk.json<Listed[]>('list')
    desk.write('app.js', 'setInterval(() => {}, 1000)')
    const reload = desk.run('reload', 'app')
    await eventually(
      async () => (await desk.json<Listed[]>('list'))[0]!.workers.length === 3,
      'the new worker boots',
    )
    process.kill(pid, 'SIGKILL')
    const { code, stdout, stderr } = await reload
    assert.equal(code, 1)
    assert.match(stdout, /slot 0 .* boots/)
    assert.match(stderr, /the primary of 'app' went away during the reload/)
    // It has never listened, and so has no reason to wait for anything.
    await desk.run('delete', 'app')
  })

  it('tells each step, for people and for programs', async (t) => {
    const { desk, port } = await startDaemon(t)
    desk.write('app.js', plainApp('new'))
    const { code, stdout } = await desk.run('reload', 'app', '--json')
    assert.equal(code, 0)
    const lines = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    assert.deepEqual(lines.at(-1), { event: 'end', ok: true, generation: 2, slots: 2 })
    const ready = lines.filter(({ event }) => event === 'worker:ready').map(({ worker }) => worker.slot)
    assert.deepEqual(ready, [0, 1])
    for (let asked = 0; asked < 10; asked++) assert.equal((await get(port)).body, 'new')
  })
})

describe('the clustered command', () => {
  it('lists, describes and operates a program that uses clustered(app) itself, whatever started it', async (t) => {
    const desk = new Desk(t)
    const env = { XDG_RUNTIME_DIR: desk.runtime, TMPDIR: desk.root, OPTIONS: '{"workers":2,"name":"shop"}' }
    const program = start(t, 'server.js', { env })
    const port = await program.listens()
    const [listed] = await desk.json<Listed[]>('list')
    assert.equal(listed!.name, 'shop')
    assert.equal(listed!.pid, program.pid)
    assert.equal(listed!.daemon, false)
    assert.deepEqual(listed!.workers.map(({ pid }) => pid).sort(), program.workers().sort())
    process.kill(program.workers()[0]!, 'SIGKILL')
    await eventually(
      async () => (await desk.json<Listed>('describe', 'shop')).restarts === 1,
      'a restart is counted',
    )
    assert.equal((await desk.run('scale', 'shop', '3')).code, 0)
    assert.equal((await pidsOf(port, 3)).size, 3)
    assert.equal((await desk.run('reload', 'server.js')).code, 0, "the entry file's name will do")
    assert.equal((await desk.run('reload', String(program.pid))).code, 0, 'and so will the pid')
    assert.equal((await desk.json<Listed>('describe', 'shop')).generation, 3)
    assert.equal((await desk.run('stop', 'shop')).code, 0)
    assert.equal(await program.ends(), 0)
  })

  it('tells two programs of one name apart', async (t) => {
    const desk = new Desk(t)
    const env = { XDG_RUNTIME_DIR: desk.runtime, TMPDIR: desk.root, OPTIONS: '{"workers":1,"name":"shop"}' }
    const programs = [start(t, 'server.js', { env }), start(t, 'server.js', { env })]
    for (const program of programs) await program.listens()
    const { code, stderr } = await desk.run('reload', 'shop')
    assert.equal(code, 1)
    assert.match(
      stderr,
      /2 programs are called 'shop'\. Say which: shop:\d+ .*, shop:\d+ .*ERR_CLUSTERED_AMBIGUOUS_NAME/,
    )
    assert.equal((await desk.run('stop', `shop:${programs[0]!.pid}`)).code, 0)
    assert.equal(await programs[0]!.ends(), 0)
    assert.equal((await desk.run('reload', 'shop')).code, 0)
    await programs[1]!.sees(/reload done/)
  })

  it('says what to do about a name that is not there', async (t) => {
    const { desk } = await startDaemon(t)
    assert.match(
      (await desk.run('stop', 'ap')).stderr,
      /There is no 'ap'\. Is it 'app' that you mean\?.*ERR_CLUSTERED_UNKNOWN_NAME/,
    )
    assert.match((await desk.run('logs', 'shop')).stderr, /There is no 'shop'\. There is: app\./)
    assert.match(
      (await desk.run('start', 'app.js', '--daemon')).stderr,
      /'app' runs already.*clustered reload app.*ERR_CLUSTERED_ALREADY_RUNNING/,
    )
    assert.match(
      (await desk.run('scale', 'app', 'more')).stderr,
      /'more' is not a number of workers\. Expected: 4, or \+1, or -1/,
    )
    assert.match((await desk.run('scale', 'app', '0')).stderr, /ERR_CLUSTERED_BAD_OPTION/)
    assert.match((await desk.run('scale', 'app', '-2')).stderr, /a whole number from 1/)
    await desk.run('stop', 'app')
    assert.match(
      (await desk.run('reload', 'app')).stderr,
      /'app' does not run.*clustered restart app.*ERR_CLUSTERED_NOT_RUNNING/,
    )
    await desk.run('delete', 'app')
    assert.match(
      (await desk.run('reload', 'app')).stderr,
      /Nothing runs\. To start a program: clustered start app\.js.*ERR_CLUSTERED_NOTHING_RUNNING/,
    )
    assert.match((await desk.run('list')).stdout, /Nothing runs/)
    assert.deepEqual(
      JSON.parse((await desk.run('reload', 'app', '--json')).stderr).error.code,
      'ERR_CLUSTERED_NOTHING_RUNNING',
    )
  })
})

describe('a daemon', () => {
  it('keeps what it writes, byte for byte, and shows it as asked', async (t) => {
    const { desk, port } = await startDaemon(t)
    for (let line = 0; line < 30; line++) await get(port, '/log')
    const line = '{"message":"a line","version":"old"}\n'
    assert.equal((await desk.run('logs', 'app')).stdout, line.repeat(15))
    const { stdout, stderr } = await desk.run('logs', 'app', '--lines', '100')
    assert.equal(stdout, line.repeat(30))
    assert.match(stderr, /^\S+Z \[clustered\] worker 0 .* is ready/)
    const following = desk.spawn(['logs', 'app', '-f', '--lines', '0'])
    let followed = ''
    following.stdout!.on('data', (text: Buffer) => (followed += text.toString()))
    await eventually(async () => {
      await get(port, '/log')
      return followed.startsWith(line)
    }, 'the new line')
    following.kill()
    await desk.run('restart', 'app')
    assert.equal((await desk.run('logs', 'app', '--lines', '1')).stdout, line, 'logs outlive a restart')
  })

  it('stops, starts again as it was started, and is forgotten when deleted', async (t) => {
    const { desk, port } = await startDaemon(t)
    const [before] = await desk.json<Listed[]>('list')
    assert.equal((await desk.run('stop', 'app')).code, 0)
    assert.equal((await desk.json<Listed[]>('list'))[0]!.state, 'stopped')
    assert.equal(isAlive(before!.pid), false)
    assert.equal((await desk.run('start', 'app')).code, 0)
    assert.equal((await get(port)).body, 'old')
    assert.equal((await desk.run('restart', 'app')).code, 0)
    const [after] = await desk.json<Listed[]>('list')
    assert.equal(after!.slots, 2)
    assert.notEqual(after!.pid, before!.pid)
    assert.equal((await desk.run('delete', 'app')).code, 0)
    assert.deepEqual(await desk.json('list'), [])
    assert.match((await desk.run('logs', 'app')).stderr, /Nothing runs/)
  })

  it('that is killed with -9 leaves nothing behind, and the list says that it is gone', async (t) => {
    const { desk, port } = await startDaemon(t)
    const [listed] = await desk.json<Listed[]>('list')
    const answer = get(port, '/check')
    await eventually(async () => {
      const [program] = await desk.json<Listed[]>('list')
      return program!.workers.some(({ vitals }) => vitals?.inFlight === 1)
    }, 'the request is under way')
    process.kill(listed!.pid, 'SIGKILL')
    assert.equal((await answer).status, 200, 'what was in flight is answered')
    await eventually(
      () => ![listed!.pid, ...listed!.workers.map(({ pid }) => pid)].some(isAlive),
      'no process is left',
    )
    assert.equal((await desk.json<Listed[]>('list'))[0]!.state, 'gone')
    assert.match((await desk.run('list')).stdout, /app +- +.*gone/)
    assert.deepEqual(desk.sockets, [], 'nor a socket')
    assert.match((await desk.run('reload', 'app')).stderr, /'app' does not run/)
    assert.equal((await desk.run('restart', 'app')).code, 0)
    assert.equal((await get(port)).body, 'old')
  })
})
