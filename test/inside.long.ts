import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { WebSocket } from 'ws'
import type { Listed } from './support/desk.ts'
import { get } from './support/http.ts'
import { interrupt, says, Shop } from './support/inside.ts'
import { eventually } from './support/program.ts'

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
const tooLong = hangTimeout + 4000

describe('a worker that is held by who looks inside', () => {
  it('writes a large heap snapshot while others serve, and is not hung', async (t) => {
    const shop = await Shop.open(t, { hangTimeout, lagWarning: 0 }, { OBJECTS: '120000' })
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

  it('is stopped, and that is said', async (t) => {
    const shop = await Shop.open(t, { workers: 1, hangTimeout: 0 })
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
})

/** Of 256 KB, or `undefined` where none can be had: that takes root. */
function smallFileSystem(t: TestContext): string | undefined {
  const folder = mkdtempSync(path.join(tmpdir(), 'small-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    rmSync(folder, { recursive: true })
    return undefined
  }
  t.after(() => {
    execFileSync('umount', ['--lazy', folder])
    rmSync(folder, { recursive: true })
  })
  return folder
}
