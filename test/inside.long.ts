import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { Desk, type Listed, plainApp } from './support/desk.ts'
import { get } from './support/http.ts'
import { eventuallyStanding, interrupt, says, Shop } from './support/inside.ts'
import { freePort } from './support/port.ts'
import { eventually } from './support/program.ts'
import { smallFileSystem } from './support/small-file-system.ts'

/** What speaks to the inspector. */
class Debugger {
  readonly socket: WebSocket
  readonly closed: Promise<unknown>
  #id = 0

  static async open(url: string): Promise<Debugger> {
    const socket = new WebSocket(url)
    await once(socket, 'open')
    return new Debugger(socket)
  }

  private constructor(socket: WebSocket) {
    this.socket = socket
    this.closed = once(socket, 'close')
  }

  send(method: string): void {
    this.socket.send(JSON.stringify({ id: ++this.#id, method, params: {} }))
  }

  /** Resolves when it tells of that. */
  hears(event: string): Promise<void> {
    return new Promise((resolve) => {
      this.socket.on('message', (data: Buffer) => {
        if ((JSON.parse(data.toString()) as { method?: string }).method === event) resolve()
      })
    })
  }
}

const hangTimeout = 1000

/** Longer than anybody waits for a worker that hangs. */
const tooLong = hangTimeout + 2500

describe('a worker that is held by who looks inside', () => {
  it('writes a large heap snapshot while others serve, and is not hung', async (t) => {
    const shop = await Shop.open(t, { hangTimeout, lagWarning: 0 }, { OBJECTS: '100000' })
    const workers = shop.program.workers()
    const clients = shop.load()
    const running = shop.desk.json<{ paused: number }>('heap', 'shop', '--slot', '0', '--force')
    await eventually(() => shop.files.some((name) => name.endsWith('.part')), 'it has begun')
    const second = await shop.desk.run('heap', 'shop', '--slot', '0')
    assert.match(
      second.stderr,
      /ERR_CLUSTERED_WORKER_BUSY|ERR_CLUSTERED_WORKER_BLOCKED|ERR_CLUSTERED_NO_MEMORY/,
    )
    const { paused } = await running
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    assert.ok(clients.worst < paused / 2, `${clients.worst} ms of ${paused} ms`)
    assert.deepEqual(shop.program.workers(), workers)
    assert.doesNotMatch(shop.program.output, /hangs|is gone/)
    t.diagnostic(
      `stood still for ${paused} ms; ${clients.answered} requests, 0 failed, the longest ${Math.round(clients.worst)} ms`,
    )
  })

  it('leaves no half file where the file system is full', async (t) => {
    const folder = smallFileSystem(t)
    if (!folder) return t.skip('no file system can be mounted here')
    const shop = await Shop.open(t, { workers: 1 })
    for (const [command, ...more] of [['heap'], ['profile', '--seconds', '1']] as const) {
      if (command === 'profile')
        execFileSync('sh', ['-c', 'cat /dev/zero > filler || true'], { cwd: folder, stdio: 'ignore' })
      const { code, stderr } = await shop.desk.run(command, 'shop', ...more, '-o', folder)
      assert.equal(code, 1, stderr)
      assert.match(stderr, /ENOSPC.* \(ERR_CLUSTERED_FILE\)/)
    }
    assert.deepEqual(readdirSync(folder), ['filler'])
    assert.equal((await get(shop.port)).body, 'hello')
  })

  it('stands at a breakpoint, is not killed for that, and goes on when the operator goes', async (t) => {
    const shop = await Shop.open(t, { hangTimeout, lagWarning: 0 })
    const workers = shop.program.workers()
    const inspecting = shop.desk.spawn(['inspect', 'shop', '--slot', '0'])
    const [, url] = await says(inspecting, /(ws:\/\/127\.0\.0\.1:\d+\/\S+)/)
    const attached = await Debugger.open(url!)
    attached.send('Debugger.enable')
    const paused = attached.hears('Debugger.paused')
    attached.send('Debugger.pause')
    await paused
    await sleep(tooLong)
    assert.match((await shop.desk.run('stack', 'shop', '--slot', '0')).stdout, /a debugger may hold it/)
    // What has come to it waits: with 'round-robin' one connection, and then no more.
    let answered = 0
    const asked = Array.from({ length: 20 }, async () => {
      assert.equal((await get(shop.port)).body, 'hello')
      answered++
    })
    await eventually(() => answered >= 19, 'the other worker serves')
    assert.equal(await interrupt(inspecting), 0)
    await attached.closed
    await Promise.all(asked)
    await eventually(
      async () => /its loop turns/.test((await shop.desk.run('stack', 'shop', '--slot', '0')).stdout),
      'it goes on',
    )
    assert.deepEqual(shop.program.workers(), workers)
    assert.doesNotMatch(shop.program.output, /hangs|is gone/)
  })

  it('closes its inspector when the time is over, and does not wait for a debugger when it leaves', async (t) => {
    const shop = await Shop.open(t, { workers: 1, drainTimeout: 20_000 })
    const short = shop.desk.spawn(['inspect', 'shop', '--minutes', '0.03'])
    await says(short, /closed: the time is over/)
    const long = shop.desk.spawn(['inspect', 'shop'])
    const [, url] = await says(long, /(ws:\/\/127\.0\.0\.1:\d+\/\S+)/)
    const attached = await Debugger.open(url!)
    const closed = says(long, /closed: the worker is gone/)
    const began = Date.now()
    assert.equal((await shop.desk.run('replace', 'shop')).code, 0)
    await closed
    await attached.closed
    assert.ok(Date.now() - began < 15_000, 'it did not wait for the debugger')
    await shop.program.sees(/is gone: drained/)
  })

  it('is in a native call, or stopped, and that is said', async (t) => {
    const shop = await Shop.open(t, { hangTimeout: 0, lagWarning: 0, workers: 1 })
    const held = shop.hold('/native')
    const looks = await eventuallyStanding(shop)
    assert.deepEqual(looks.stack, [])
    const began = Date.now()
    const { stdout } = await shop.desk.run('stack', 'shop')
    assert.match(stdout, /stands still for \d+ ms, in a native call that cannot be interrupted/)
    assert.ok(Date.now() - began < 20_000)
    const { workers } = await shop.desk.json<{ workers: { loop: string }[] }>('requests', 'shop')
    assert.equal(workers[0]!.loop, 'stands')
    held.release()
    assert.equal((await held.answer).body, 'native')
    const [worker] = shop.program.workers()
    await eventually(
      async () => (await shop.desk.json<Listed[]>('list'))[0]!.workers[0]!.vitals !== undefined,
      'it has said how it is',
    )
    process.kill(worker!, 'SIGSTOP')
    assert.match(
      (await shop.desk.run('requests', 'shop')).stdout,
      new RegExp(
        `is stopped \\(to let it go on: kill -CONT ${worker}\\): 0 in flight when it last said so, \\d+ s ago`,
      ),
    )
    process.kill(worker!, 'SIGCONT')
    assert.equal((await get(shop.port)).body, 'hello')
  })

  it('is refused by a program of an older release, with what to do', async (t) => {
    const { desk } = await Shop.open(t, { workers: 1 })
    const [program] = await desk.json<Listed[]>('list')
    const code = `require('http').createServer((request, response) => {
      const known = request.url === '/v1/program'
      response.statusCode = known ? 200 : 404
      response.end(known ? JSON.stringify({ ...${JSON.stringify(program)}, name: 'old', pid: process.pid })
        : '{"error":{"code":"ERR_CLUSTERED_BAD_REQUEST","message":"there is no such route"}}')
    }).listen(process.argv[1] + process.pid + '-abcdef.sock', () => console.log('listens'))`
    const old = spawn(process.execPath, ['-e', code, `${path.dirname(desk.sockets[0]!)}/`])
    t.after(() => old.kill('SIGKILL'))
    await once(old.stdout, 'data')
    for (const command of ['stack', 'replace'])
      assert.match(
        (await desk.run(command, 'old')).stderr,
        /older release of @clustered\/core.*clustered restart.*\(ERR_CLUSTERED_TOO_OLD\)/,
      )
  })

  it('keeps the worker that was to be replaced where the new one does not come up', async (t) => {
    const desk = new Desk(t)
    const port = await freePort()
    desk.env['PORT'] = String(port)
    desk.write('app.js', plainApp('good'))
    assert.equal((await desk.run('start', 'app.js', '-i', '1', '--daemon')).code, 0)
    const pid = (await get(port, '/pid')).body
    desk.write('app.js', `throw new Error('bad')`)
    const { code, stderr } = await desk.run('replace', 'app')
    assert.equal(code, 1)
    assert.match(
      stderr,
      /the new worker of slot 0 did not come up: exit code 1\. .*serves on\. \(ERR_CLUSTERED_NOT_DONE\)/,
    )
    assert.equal((await get(port, '/pid')).body, pid)
    desk.write('app.js', plainApp('good'))
    assert.equal((await desk.run('replace', 'app')).code, 0)
    assert.notEqual((await get(port, '/pid')).body, pid)
    await desk.run('delete', 'app')
  })
})
