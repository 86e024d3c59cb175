/** Programs that serve nothing: queue consumers, schedulers, scripts. */
import assert from 'node:assert/strict'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Desk, type Listed } from './support/desk.ts'
import { load, mixedClients } from './support/load.ts'
import { freePort } from './support/port.ts'
import { type Program, sendSignal, start } from './support/program.ts'
import { Queue } from './support/queue.ts'

function run(t: TestContext, app: string, options: object, env: Record<string, string> = {}): Program {
  const OPTIONS = JSON.stringify({ listen: false, readyAfter: 100, reload: { soak: 100 }, ...options })
  return start(t, 'supervised.js', { env: { APP: `programs/${app}`, OPTIONS, ...env } })
}

/** How often that has been seen. */
function count(program: Program, pattern: RegExp): number {
  return program.output.match(pattern)?.length ?? 0
}

async function reload(program: Program): Promise<void> {
  const since = program.output.length
  program.kill('SIGHUP')
  await program.sees(/reload done|Reload stopped/, since)
}

/** No job was done twice, and none is missing but those that the queue itself had taken back. */
function check({ done, handedOut, lost }: Queue, mayLose: number): void {
  assert.equal(new Set(done).size, done.length, 'a job was done twice')
  assert.equal(done.length + lost.length, handedOut)
  assert.ok(lost.length <= mayLose, `lost: ${lost.join()}`)
}

describe('a queue consumer', () => {
  for (const end of ['closes', 'flag', 'message'])
    it(`finishes the job in hand at every reload, scaling and stop (${end})`, async (t) => {
      const queue = await Queue.open(t)
      const program = run(t, 'consumer.cjs', { workers: 2 }, { PORT: queue.port, END: end })
      await program.sees(/running, 2 workers, primary pid/)
      for (let round = 0; round < 2; round++) {
        await reload(program)
        await queue.works(4)
      }
      if (end === 'closes') {
        program.kill('SIGTTIN')
        await queue.until(() => queue.consumers.size === 3, 'three consumers')
        program.kill('SIGTTOU')
        await queue.until(() => queue.consumers.size === 2, 'two consumers')
        program.kill('SIGTTOU')
        await queue.until(() => queue.consumers.size === 1, 'one consumer')
        await queue.works(4)
        check(queue, 1)
        const [victim] = program.workers()
        sendSignal(victim, 'SIGKILL')
        await queue.until(
          () => queue.consumers.size === 1 && !queue.consumers.has(victim!),
          'another consumer',
        )
        await queue.works(4)
      }
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      await queue.until(() => queue.consumers.size === 0, 'nobody left')
      check(queue, end === 'closes' ? 1 : 0)
      assert.doesNotMatch(program.output, /left behind|killed: /)
    })

  it('is alone where it is to be', async (t) => {
    const queue = await Queue.open(t)
    const options = { reload: { surge: 0, soak: 100 } }
    const program = run(t, 'consumer.cjs', options, { PORT: queue.port })
    await program.sees(/running, 1 worker,/)
    await reload(program)
    await queue.works(2)
    const [worker] = program.workers()
    // A signal to a worker has it replaced, as does a limit.
    sendSignal(worker, 'SIGTERM')
    await queue.until(() => queue.consumers.size === 1 && !queue.consumers.has(worker!), 'another consumer')
    await queue.works(2)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.equal(queue.mostConsumers, 1)
    check(queue, 0)
  })
})

describe('a script', () => {
  /** @returns how often it runs, and what the primary ends with. */
  async function ends(t: TestContext, options: object, env: Record<string, string> = {}) {
    const RUNS = path.join(new Desk(t).root, 'runs')
    const program = run(t, 'script.cjs', options, { RUNS, WEB_CONCURRENCY: '3', ...env })
    const code = await program.ends()
    return { code, runs: readFileSync(RUNS, 'utf8').length, output: program.output }
  }

  it('runs once, and ends with its own exit code', async (t) => {
    const { code, runs, output } = await ends(t, {})
    assert.deepEqual([code, runs], [0, 1])
    assert.match(output, /has ended by itself, and is not started again: exit code 0/)
    assert.doesNotMatch(output, /error/)
    const { output: why, ...failed } = await ends(t, {}, { CODES: '3' })
    assert.deepEqual(failed, { code: 3, runs: 1 })
    assert.match(why, /The first worker did not come up: exit code 3/)
    const { output: _, ...later } = await ends(t, { restart: 'never' }, { CODES: '4', AFTER: '300' })
    assert.deepEqual(later, { code: 4, runs: 1 })
  })

  it('is started again if it failed', async (t) => {
    const { code, runs } = await ends(t, {}, { CODES: '5 6 0', AFTER: '300' })
    assert.deepEqual([code, runs], [0, 3])
  })

  it('is started again whatever it ends with, if that is wanted', async (t) => {
    const program = run(t, 'script.cjs', { restart: 'always' })
    await program.until(() => count(program, /^it runs/gm) === 3, 'three runs')
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })

  it('runs again at a reload, if its primary remains', async (t) => {
    const program = run(t, 'script.cjs', { remainAfterExit: true, workers: 2 }, { AFTER: '200' })
    await program.until(() => count(program, /is not started again/g) === 2, 'two that have finished')
    await reload(program)
    await program.until(() => count(program, /is not started again/g) === 4, 'and again')
    assert.doesNotMatch(program.output, /Reload stopped|backoff/)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })

  it('that nobody has said to serve nothing ends with its own exit code all the same, and is told how', async (t) => {
    const { code, runs, output } = await ends(t, { listen: undefined, readyAfter: undefined })
    assert.deepEqual([code, runs], [0, 1])
    assert.match(output, /ended without listening at any place. If it is to serve nothing .*--no-listen/)
  })
})

describe('a program that serves nothing', () => {
  it('is ready when it says so, and only then if that is wanted', async (t) => {
    const options = { readyAfter: 'message', bootTimeout: 1000 }
    const says = run(t, 'script.cjs', { ...options, bootTimeout: 20_000 }, { SAYS: 'ready', AFTER: 'never' })
    const silent = run(t, 'script.cjs', options, { SAYS: 'hello', AFTER: 'never' })
    await says.sees(/worker 0 .* is ready after/)
    assert.equal(await silent.ends(), 1)
    assert.match(
      silent.output,
      /not ready after 1000 ms: .* has not said that it is, by process.send\('ready'\)/,
    )
  })

  it('is contained, watched and rolled back as one that serves', async (t) => {
    const TROUBLE = path.join(new Desk(t).root, 'trouble')
    const queue = await Queue.open(t)
    const options = { workers: 2, hangTimeout: 1000, lagWarning: 0 }
    const program = run(t, 'consumer.cjs', options, { PORT: queue.port, TROUBLE })
    await program.sees(/running, 2 workers/)

    let since = program.output.length
    writeFileSync(TROUBLE, 'throw')
    await program.sees(/crashed, Error: of the job.*serves on[^]*drains: crash[^]*is gone/, since)
    assert.equal(queue.lost.length, 0, 'the job in hand goes on')

    since = program.output.length
    writeFileSync(TROUBLE, 'hang')
    await program.sees(/hangs: for \d+ ms\n +at consume [^]*is gone: killed: hung[^]*is ready/, since)
    assert.equal(queue.lost.length, 1, 'the job that hangs')

    writeFileSync(`${TROUBLE}-at-boot`, '')
    const before = program.workers()
    await reload(program)
    assert.match(program.output, /Reload stopped: .*exit code 9. Serving now: 2 on generation 1/)
    assert.deepEqual(program.workers(), before)
    await queue.works(4)
    rmSync(`${TROUBLE}-at-boot`)

    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    check(queue, 1)
  })

  it('may listen all the same, for a probe say', async (t) => {
    const [queue, port] = [await Queue.open(t), await freePort()]
    const program = run(t, 'consumer.cjs', { workers: 2 }, { PORT: queue.port, HEALTH: String(port) })
    await program.sees(/started with --no-listen/)
    await program.sees(/listening on .*, 2 workers/)
    const clients = load(mixedClients(2, { port }, { expect: 'well' }))
    await reload(program)
    await queue.works(4)
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    check(queue, 0)
  })
})

describe('clustered start --no-listen', () => {
  it('runs a consumer and a script as daemons, and a script to its end', async (t) => {
    const desk = new Desk(t)
    const queue = await Queue.open(t)
    for (const app of ['consumer', 'script'])
      desk.write(
        `${app}.cjs`,
        readFileSync(new URL(`../fixtures/programs/${app}.cjs`, import.meta.url), 'utf8'),
      )
    desk.write('.env', `PORT=${queue.port}\nCODES=7\nWEB_CONCURRENCY=3\n`)
    const asDaemon = ['--no-listen', '--daemon', '--ready-after', '100', '--reload-soak', '100']

    const started = await desk.run('start', 'consumer.cjs', ...asDaemon, '--env-file', '.env')
    assert.equal(started.code, 0, started.stderr)
    assert.match(started.stdout, /consumer.* runs: 1 worker, primary pid/)
    const [listed] = await desk.json<(Listed & { address: null; listen: boolean })[]>('list')
    const { state, slots, address, listen } = listed!
    assert.deepEqual(
      { state, slots, address, listen },
      { state: 'ready', slots: 1, address: null, listen: false },
    )
    assert.equal((await desk.run('reload', 'consumer')).code, 0)
    await queue.works(2)
    assert.equal((await desk.run('stop', 'consumer')).code, 0)
    check(queue, 0)

    // It is found, and runs again, when it has ended.
    const script = await desk.run('start', 'script.cjs', ...asDaemon)
    assert.equal(script.code, 0, script.stderr)
    const again = await desk.run('reload', 'script')
    assert.equal(again.code, 0, again.stderr)
    const { bySlot } = await desk.json<{ bySlot: { state: string }[] }>('describe', 'script')
    assert.deepEqual(
      bySlot.map((slot) => slot.state),
      ['finished'],
    )
    const { stdout } = await desk.run('logs', 'script')
    assert.equal(stdout.match(/it runs/g)?.length, 2)
    assert.equal((await desk.run('stop', 'script')).code, 0)

    const ran = await desk.run('start', 'script.cjs', '--no-listen', '--env-file', '.env')
    assert.equal(ran.code, 7)
    const wrong = await desk.run('start', 'script.cjs', '--restart', 'never')
    assert.match(wrong.stderr, /restart: 'never' is for programs that do not listen.*--no-listen/)
  })
})
