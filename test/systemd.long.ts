import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Desk, plainApp } from './support/desk.ts'
import { get, pidsOf } from './support/http.ts'
import { load, mixedClients, nodeClients } from './support/load.ts'
import { freePort } from './support/port.ts'
import { type Program, start } from './support/program.ts'
import { activated, hasNoSystemdTools, NotifySocket } from './support/systemd-tools.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const skip = hasNoSystemdTools
const options = { workers: 2, drainTimeout: 3000, reload: { soak: 50 } }
const OPTIONS = JSON.stringify(options)

/** What a process has of systemd's variables, as it was started. */
const variables = [
  'NOTIFY_SOCKET',
  'WATCHDOG_USEC',
  'WATCHDOG_PID',
  'LISTEN_FDS',
  'LISTEN_PID',
  'LISTEN_FDNAMES',
]

async function seenByWorker(where: number): Promise<string[]> {
  const values = await Promise.all(
    variables.map(async (name) => (await get(where, `/env?name=${name}`)).body),
  )
  return variables.filter((_, index) => values[index] !== 'undefined')
}

async function reload(program: Program): Promise<void> {
  const since = program.output.length
  program.kill('SIGHUP')
  await program.sees(/reload done/, since)
}

/** A program that is ready, and none of whose workers can boot any more. */
async function withoutDatabase(t: TestContext): Promise<{ systemd: NotifySocket; program: Program }> {
  const folder = temporaryFolder()
  const [where, file] = [path.join(folder, 'notify'), path.join(folder, 'fails')]
  const systemd = await NotifySocket.open(t, where)
  const program = start(t, 'systemd.js', { env: { OPTIONS, NOTIFY_SOCKET: where, FAILS_IF: file } })
  await systemd.hears({ READY: /^1$/ })
  writeFileSync(file, '')
  return { systemd, program }
}

describe('what systemd is told', { skip }, () => {
  for (const kind of ['a path', 'a name without a file'])
    it(`by the primary of node server.js, from boot to stop, at ${kind}`, async (t) => {
      const folder = temporaryFolder()
      const where = kind === 'a path' ? path.join(folder, 'notify') : `@clustered-${process.pid}-notify`
      const systemd = await NotifySocket.open(t, where)
      const since = process.hrtime.bigint() / 1000n
      const program = start(t, 'server.js', {
        env: { OPTIONS, NOTIFY_SOCKET: where, WATCHDOG_USEC: '3000000' },
      })
      const port = await program.listens()
      const ready = await systemd.hears({ READY: /^1$/, STATUS: /^ready: 2 of 2 workers$/ })
      assert.equal(ready.message['MAINPID'], String(program.pid))
      assert.deepEqual(await seenByWorker(port), [])

      await reload(program)
      const { message, at } = await systemd.hears({
        RELOADING: /^1$/,
        STATUS: /^reload to generation 2: 0 of 2 slots run it/,
      })
      const now = process.hrtime.bigint() / 1000n
      const begun = BigInt(message['MONOTONIC_USEC']!)
      assert.ok(since < begun && begun < now, `${since} < ${begun} < ${now}`)
      assert.ok(Number(message['EXTEND_TIMEOUT_USEC']) > 33e6, 'a boot and a drain')
      const again = await systemd.hears({ READY: /^1$/, STATUS: /^ready: 2 of 2 workers; generation 2$/ }, at)
      const between = systemd.told.slice(at + 1, again.at)
      assert.ok(
        between.every((told) => !('READY' in told) && !('RELOADING' in told)),
        JSON.stringify(between),
      )

      await systemd.hears({ WATCHDOG: /^1$/ })
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      const stopping = await systemd.hears({ STOPPING: /^1$/, STATUS: /^closing/ })
      assert.ok(Number(stopping.message['EXTEND_TIMEOUT_USEC']) >= 8e6)
      assert.ok(systemd.told.slice(stopping.at).every((told) => !('READY' in told)))
      assert.doesNotMatch(program.output, /systemd-notify/)
    })

  it('that a reload has failed, and why', async (t) => {
    const { systemd, program } = await withoutDatabase(t)
    program.kill('SIGHUP')
    const { at } = await systemd.hears({ RELOADING: /^1$/ })
    await systemd.hears({ READY: /^1$/, STATUS: /^ready: 2 of 2 workers; Reload stopped: .*no database/ }, at)
  })

  it('of a crash loop', async (t) => {
    const { systemd, program } = await withoutDatabase(t)
    // A child of the primary may be the one that tells systemd.
    process.kill(Number((await get(await program.listens(), '/pid')).body), 'SIGKILL')
    await systemd.hears({
      STATUS: /^degraded: 1 of 2 workers; slot \d: .*no database.*; crash loop: \d+ failures in a row$/,
    })
  })

  it('by the primary of clustered start', async (t) => {
    const desk = new Desk(t)
    const where = path.join(desk.root, 'notify')
    const systemd = await NotifySocket.open(t, where)
    desk.write('app.js', plainApp('1'))
    const port = await freePort()
    const child = desk.spawn(['start', 'app.js', '-i', '1'], { NOTIFY_SOCKET: where, PORT: String(port) })
    const ended = once(child, 'exit')
    const { message } = await systemd.hears({ READY: /^1$/, STATUS: /^ready: 1 of 1 worker$/ })
    assert.equal(message['MAINPID'], String(child.pid))
    assert.equal((await desk.run('reload', String(child.pid))).code, 0)
    const { at } = await systemd.hears({ RELOADING: /^1$/ })
    await systemd.hears({ READY: /^1$/ }, at)
    child.kill('SIGTERM')
    assert.deepEqual(await ended, [0, null])
    await systemd.hears({ STOPPING: /^1$/ })
  })

  it('in single mode, too', async (t) => {
    const where = path.join(temporaryFolder(), 'notify')
    const systemd = await NotifySocket.open(t, where)
    const program = start(t, 'server.js', { env: { OPTIONS: '{"workers":0}', NOTIFY_SOCKET: where } })
    await program.listens()
    await systemd.hears({ READY: /^1$/, STATUS: /^ready$/ })
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    await systemd.hears({ STOPPING: /^1$/ })
  })

  it('nothing, where nobody listens: one line of the log, and no harm', async (t) => {
    const program = start(t, 'server.js', { env: { OPTIONS, NOTIFY_SOCKET: '/nonexistent/notify' } })
    const port = await program.listens()
    await program.sees(/systemd was not told: systemd-notify ended with exit code 1/)
    const clients = load(nodeClients(4, { port }, { path: '/later?ms=2', expect: 'later' }))
    await reload(program)
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.equal(program.output.match(/systemd/g)?.length, 2)
  })

  it('nothing of a watchdog that is for another process', async (t) => {
    const where = path.join(temporaryFolder(), 'notify')
    const systemd = await NotifySocket.open(t, where)
    const program = start(t, 'server.js', {
      env: { OPTIONS, NOTIFY_SOCKET: where, WATCHDOG_USEC: '300000', WATCHDOG_PID: '1' },
    })
    await program.sees(/WatchdogSec= is not answered: it is about pid 1, which is not this process/)
    await systemd.hears({ READY: /^1$/ })
    await reload(program)
    await systemd.hears({ STATUS: /generation 2$/ })
    assert.ok(systemd.told.every((told) => !('WATCHDOG' in told)))
  })
})

/** The sockets that a process has, by their inodes. */
function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/${pid}/fd/${fd}`)
      return target.startsWith('socket:') ? [target] : []
    } catch {
      // It was closed after the folder was read.
      return []
    }
  })
}

describe('the sockets of systemd', { skip }, () => {
  it('are what the program listens at, by port, path and name, over reloads: nothing is lost', async (t) => {
    const folder = temporaryFolder()
    const [port, named] = [await freePort(), await freePort()]
    const file = path.join(folder, 'app.sock')
    const program = activated(t, 'systemd.js', {
      sockets: [port, file, named],
      names: ['first', 'second', 'web'],
      env: { OPTIONS, LISTEN: JSON.stringify([port]), MORE: JSON.stringify([file, { fd: 'web' }]) },
    })
    await program.sees(/Listening on .* as 5/)
    const clients = [
      load(mixedClients(2, { port }, { path: '/later?ms=2', expect: 'later' })),
      load(nodeClients(2, { socketPath: file }, { expect: 'later' }, false)),
      load(nodeClients(2, { port: named }, { expect: 'later' }, false)),
    ]
    await program.listens()
    assert.equal((await pidsOf(port, 2)).size, 2)
    assert.deepEqual(await seenByWorker(port), [])
    const inherited = ['3', '4', '5'].map((fd) => readlinkSync(`/proc/${program.pid}/fd/${fd}`))
    for (const worker of program.workers())
      assert.deepEqual(
        socketsOf(worker).filter((socket) => inherited.includes(socket)),
        [],
      )
    await reload(program)
    await reload(program)
    for (const each of clients) {
      await each.stop()
      assert.deepEqual(each.failures, [])
      assert.ok(each.answered > 20)
    }
    assert.doesNotMatch(program.output, /nobody listens/)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })

  it('are the places of a program that knows nothing of Clustered', async (t) => {
    const [port, other] = [await freePort(), await freePort()]
    const program = activated(t, 'supervised.js', {
      sockets: [port, other],
      env: { OPTIONS, APP: 'places/one-port.cjs', PORT: String(port) },
    })
    await program.sees(/Listening on .* as 4/)
    const clients = load(nodeClients(4, { port }, {}))
    await program.listens()
    await program.sees(
      new RegExp(`nobody listens at \\[::\\]:${other} \\('unknown'\\), which systemd has opened`),
    )
    await reload(program)
    await clients.stop()
    assert.deepEqual(clients.failures, [])
  })

  it('are found whichever host the program names', async (t) => {
    const port = await freePort()
    const program = activated(t, 'server.js', {
      sockets: [`127.0.0.1:${port}`],
      env: { OPTIONS, LISTEN: JSON.stringify([port, 'localhost']) },
    })
    await program.sees(/Listening on/)
    assert.equal((await get(port)).body, 'hello')
    await program.sees(new RegExp(`listening on 127\\.0\\.0\\.1:${port}, `))
  })

  it('are served in single mode', async (t) => {
    const port = await freePort()
    const file = path.join(temporaryFolder(), 'app.sock')
    const program = activated(t, 'systemd.js', {
      sockets: [port, file],
      env: { OPTIONS: '{"workers":0}', LISTEN: JSON.stringify([port]), MORE: JSON.stringify([file]) },
    })
    await program.sees(/Listening on .* as 4/)
    assert.equal((await get(port)).body, 'hello')
    assert.equal((await get(file)).body, 'later')
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })

  for (const [what, listen, refusal] of [
    [
      'a name that there is not',
      '[{"fd":"wep"}]',
      /systemd has passed on no socket named 'wep'; there is: web\./,
    ],
    ['the kernel', null, /ERR_CLUSTERED_BALANCE_UNAVAILABLE|balance: 'kernel' does not work here/],
  ] as const)
    it(`are refused by ${what}, in one line`, async (t) => {
      const port = await freePort()
      const program = activated(t, 'server.js', {
        sockets: [port],
        names: ['web'],
        env: {
          OPTIONS: JSON.stringify({ ...options, balance: listen ? 'auto' : 'kernel' }),
          LISTEN: listen ?? JSON.stringify([port]),
        },
      })
      await program.sees(/Listening on/)
      await assert.rejects(get(port))
      assert.equal(await program.ends(), 1)
      assert.match(program.output, refusal)
    })

  it('of another process are left alone, and said to be', async (t) => {
    const program = start(t, 'server.js', { env: { OPTIONS, LISTEN_FDS: '1', LISTEN_PID: '1' } })
    const port = await program.listens()
    await program.sees(/the sockets of systemd are not used: they are for pid 1, which is not this process/)
    assert.deepEqual(await seenByWorker(port), [])
  })
})
