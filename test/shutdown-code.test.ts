import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'
import { type Program, start } from './support/program.ts'

interface App {
  /** Which shutdown code. */
  shutdown: string
  workers?: number
  signals?: string
  drainTimeout?: number
}

async function startApp(t: TestContext, { shutdown, workers = 1, signals, drainTimeout = 8000 }: App) {
  const program = start(t, 'shutdown-code.js', {
    env: { OPTIONS: JSON.stringify({ workers, drainTimeout }), SHUTDOWN: shutdown, SIGNALS: signals },
  })
  return { program, port: await program.listens() }
}

/** Begins a request in each of so many workers, or in single mode. */
async function beginSlow(program: Program, port: number, workers: number): Promise<Promise<string>[]> {
  const answers: Promise<string>[] = []
  const begun = (): number => new Set(program.output.match(/\d+: slow request begins/g)).size
  while (begun() < workers) {
    answers.push(get(port, '/slow').then(({ body }) => body))
    await program.until(
      () => program.output.match(/slow request begins/g)?.length === answers.length,
      'a request that has begun',
    )
  }
  return answers
}

/** What each process has said, in its order. */
function lines(program: Program, what: RegExp): string[] {
  return [...program.output.matchAll(/^(\w+) \d+: (.*)$/gm)].flatMap(([, role, said]) =>
    what.test(said!) ? `${role}: ${said}` : [],
  )
}

interface Kind {
  shutdown: string
  said: string[]
  code?: number
}

const together: Kind = {
  shutdown: 'close async throws ask terminator open',
  said: ['close ends: undefined', 'throws ends', 'ask ends', 'terminator ends', 'async ends'],
}
const later: Kind = { shutdown: 'later open', said: ['later ends'], code: 3 }
const awaits: Kind = { shutdown: 'awaits open', said: ['awaits ends'] }
const kill: Kind = { shutdown: 'watched kill open', said: ['kill ends'] }

for (const [workers, kinds] of [
  [1, [together, later, awaits, kill]],
  [0, [together, later]],
] as const)
  describe(`shutdown code of the app (${workers ? 'a worker' : 'single mode'})`, { concurrency: 2 }, () => {
    for (const { shutdown, said, code = 0 } of kinds)
      it(`runs once, when the last request has been answered: ${shutdown}`, async (t) => {
        const { program, port } = await startApp(t, { shutdown, workers })
        const [answer] = await beginSlow(program, port, 1)
        program.kill('SIGTERM')
        assert.equal(await answer, 'slow')
        assert.equal(await program.ends(), code)
        const served = workers ? 'worker' : 'main'
        const [first, ...rest] = lines(program, / ends/)
        assert.equal(first, `${served}: slow request ends`)
        const wanted = said.flatMap((line) =>
          workers ? [`worker: ${line}`, `main: ${line}`] : `main: ${line}`,
        )
        assert.deepEqual(rest.toSorted(), wanted.toSorted())
        assert.doesNotMatch(program.output, /left behind|ERR_SERVER_NOT_RUNNING|exit code/)
        const watched = lines(program, /watcher|slow request ends/)[0]
        assert.equal(watched === 'main: watcher has SIGTERM', shutdown.includes('watched'))
        const failures = program.output.match(/the app's listener of SIGTERM failed: Error: failed as told/g)
        assert.equal(failures?.length, shutdown.includes('throws') ? 2 * (workers + 1) : undefined)
      })
  })

describe('shutdown code of the app', { concurrency: 3 }, () => {
  it('waits with whole groups, whichever signal it listens to', async (t) => {
    const { program, port } = await startApp(t, {
      shutdown: 'exit',
      workers: 2,
      signals: 'SIGINT SIGTERM SIGHUP',
    })
    const answers = await beginSlow(program, port, 2)
    for (const pid of [...program.workers(), program.pid]) process.kill(pid, 'SIGINT')
    for (const answer of answers) assert.equal(await answer, 'slow')
    assert.equal(await program.ends(), 0)
    assert.equal(lines(program, /exit begins/).length, 3)
  })

  it('runs in a reload, and costs no drainTimeout where it does nothing', async (t) => {
    const { program, port } = await startApp(t, {
      shutdown: 'silent hup open',
      signals: 'SIGINT SIGHUP SIGUSR2',
      drainTimeout: 50_000,
    })
    const [answer] = await beginSlow(program, port, 1)
    const [old] = program.workers()
    // To all, as from a terminal.
    process.kill(old!, 'SIGHUP')
    program.kill('SIGHUP')
    assert.equal(await answer, 'slow')
    await program.sees(/is gone: drained/)
    const opened = lines(program, /opens its log again/)
    assert.deepEqual(opened.toSorted(), ['main: opens its log again', 'worker: opens its log again'])
    assert.deepEqual(lines(program, /slow request ends|got/), [
      'worker: slow request ends',
      'worker: got SIGINT 2',
    ])
    assert.equal((await get(port)).body, 'hello')
  })

  it('runs when the app stops its worker itself', async (t) => {
    const { program, port } = await startApp(t, { shutdown: 'silent' })
    for (const way of ['/emit', '/kill']) {
      const since = program.output.length
      const answer = get(port, '/slow')
      await program.sees(/slow request begins/, since)
      assert.equal((await get(port, '/count')).body, '1')
      assert.equal((await get(port, way)).body, 'true')
      assert.equal((await answer).body, 'slow')
      await program.sees(/got SIGTERM 15\n[^]*is gone: drained/, since)
    }
    assert.equal((await get(port)).body, 'hello')
  })

  it('may say by its exit code which signal has ended it: the worker has drained', async (t) => {
    const { program, port } = await startApp(t, { shutdown: 'told' })
    const [answer] = await beginSlow(program, port, 1)
    program.kill('SIGHUP')
    assert.equal(await answer, 'slow')
    await program.sees(/is gone/)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 143)
    assert.equal(program.output.match(/is gone: drained/g)?.length, 2)
    assert.doesNotMatch(program.output, /error:|exit code/)
  })

  it('does not run when it was removed, and the signal does what it does', async (t) => {
    const { program, port } = await startApp(t, { shutdown: 'removed' })
    const [answer] = await beginSlow(program, port, 1)
    assert.equal((await get(port, '/count')).body, '0')
    process.kill(program.workers()[0]!, 'SIGTERM')
    assert.equal(await answer, 'slow')
    await program.sees(/is gone: drained/)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.deepEqual(lines(program, /removed/), [])
  })

  it('is left behind when it does not end, and the log says so', async (t) => {
    const { program } = await startApp(t, { shutdown: 'async open', drainTimeout: 100 })
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.match(
      program.output,
      /worker 0 .*: the app's listener of SIGTERM has not ended after 1000 ms: it is left/,
    )
  })
})

describe('process.exit() in the primary', { concurrency: 2 }, () => {
  it('waits for the last answer, and has its code', async (t) => {
    const { program, port } = await startApp(t, { shutdown: 'silent' })
    const [answer] = await beginSlow(program, port, 1)
    program.child.send('exit')
    assert.equal(await answer, 'slow')
    assert.equal(await program.ends(), 7)
    assert.match(program.output, /closing: process\.exit\(\)/)
    assert.deepEqual(lines(program, /got/), ['worker: got SIGTERM 15'])
  })

  it('waits in a stop too', async (t) => {
    const { program, port } = await startApp(t, { shutdown: '' })
    const [answer] = await beginSlow(program, port, 1)
    program.kill('SIGTERM')
    await program.sees(/closing: SIGTERM/)
    program.child.send('exit')
    assert.equal(await answer, 'slow')
    assert.equal(await program.ends(), 7)
  })
})

describe('a program that knows nothing of Clustered', () => {
  it('has its shutdown code run in each worker, and not in the primary', async (t) => {
    const program = start(t, 'supervised.js', {
      env: { APP: './shutdown-code.js', PORT: String(await freePort()), SHUTDOWN: 'later' },
    })
    const answers = await beginSlow(program, await program.listens(), 2)
    program.kill('SIGTERM')
    for (const answer of answers) assert.equal(await answer, 'slow')
    assert.equal(await program.ends(), 0)
    assert.deepEqual(lines(program, /later/), ['worker: later ends', 'worker: later ends'])
  })
})
