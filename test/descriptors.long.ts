import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import http from 'node:http'
import path from 'node:path'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { eventStreams } from './support/event-streams.ts'
import { flood } from './support/flood.ts'
import { get, pidsOf } from './support/http.ts'
import { type Load, load, nodeClients } from './support/load.ts'
import { eventually, isAlive, type Program, start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const hasPrlimit = ((): boolean => {
  try {
    execFileSync('prlimit', ['--version'])
    return true
  } catch {
    return false
  }
})()
const options = { skip: !hasPrlimit && 'there is no prlimit here' }

/** How many descriptors a process may have from now on; those that it forks later, too. */
function limitDescriptors(pids: number[], limit: number): void {
  for (const pid of pids) execFileSync('prlimit', ['--pid', String(pid), `--nofile=${limit}:`])
}

async function startLimited(t: Parameters<typeof start>[0], limit: number, settings: object, env = {}) {
  const program: Program = start(t, 'events.js', { env: { OPTIONS: JSON.stringify(settings), ...env } })
  const port = await program.listens()
  limitDescriptors([program.pid, ...program.workers()], limit)
  return { program, port }
}

/** Asks again and again on a connection that it keeps. */
class Client {
  /** The pid of who has answered last. */
  owner = ''
  readonly #agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
  readonly #load: Load

  constructor(port: number) {
    const ask = async (): Promise<void> => {
      const { status, body } = await get(port, '/pid', this.#agent)
      assert.equal(status, 200)
      this.owner = body
    }
    // A connection moves while it is idle.
    this.#load = load([ask], { longestPause: 300 })
  }

  get answered(): number {
    return this.#load.answered
  }

  get failures(): readonly string[] {
    return this.#load.failures
  }

  get worst(): number {
    return this.#load.worst
  }

  async stop(): Promise<void> {
    await this.#load.stop()
    this.#agent.destroy()
  }
}

describe('where descriptors are few', options, () => {
  for (const balance of balances) {
    it(`a flood of silent connections costs those who are connected nothing (${balance})`, async (t) => {
      const { program, port } = await startLimited(t, 256, { workers: 2, balance, drainTimeout: 1000 })
      const before = program.workers()
      const streams = await eventStreams(port, 10)
      const kept = load(nodeClients(10, { port }, { expect: 'hello' }))
      await eventually(() => kept.answered > 20, 'the clients are connected')
      const attack = flood(port, 900, true)
      t.after(() => attack.stop())
      await eventually(() => attack.opened > 5000, 'the flood takes what there is')
      const answered = kept.answered
      await eventually(() => kept.answered > answered + 100, 'the clients are served meanwhile')
      assert.deepEqual(program.workers(), before)
      assert.equal(streams.cut, 0)
      attack.stop()
      await kept.stop()
      streams.stop()
      assert.deepEqual(kept.failures, [])
      await eventually(async () => (await get(port)).body === 'hello', 'new connections are served again')
      assert.equal((await pidsOf(port, 2)).size, 2)
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
    })

    it(`nobody is moved to where there is no room (${balance})`, async (t) => {
      const { port } = await startLimited(t, 256, { workers: 2, balance })
      const clients = Array.from({ length: 24 }, () => new Client(port))
      await eventually(() => clients.every(({ answered }) => answered > 1), 'the clients are connected')
      const attack = flood(port, 900, true)
      t.after(() => attack.stop())
      await eventually(() => attack.opened > 5000, 'the flood takes what there is')
      // All clients of one worker leave: the other has more than its share.
      const { owner } = clients[0]!
      const staying = clients.filter((client) => client.owner === owner)
      await Promise.all(clients.filter((client) => !staying.includes(client)).map((client) => client.stop()))
      const enough = staying.map(({ answered }) => answered + 30)
      const failures = (): string[] => clients.flatMap((client) => client.failures)
      const areServed = (): boolean => staying.every(({ answered }, index) => answered > enough[index]!)
      await eventually(() => areServed() || failures().length > 0, 'each is served all the time')
      t.diagnostic(`the longest answer took ${Math.round(Math.max(...clients.map(({ worst }) => worst)))} ms`)
      attack.stop()
      await Promise.all(staying.map((client) => client.stop()))
      assert.deepEqual(failures(), [])
    })

    it(`the primary can still replace a worker (${balance})`, async (t) => {
      const { program, port } = await startLimited(t, 256, { workers: 2, balance, drainTimeout: 1000 })
      const attack = flood(port, 900, true)
      t.after(() => attack.stop())
      await eventually(() => attack.opened > 3000, 'the flood takes what there is')
      for (let times = 0; times < 2; times++) {
        const [killed] = program.workers()
        const since = program.output.length
        process.kill(killed!, 'SIGKILL')
        await program.sees(/is ready after/, since)
      }
      const since = program.output.length
      program.kill('SIGHUP')
      await program.sees(/reload done/, since)
      await eventually(() => program.workers().length === 2, 'the old ones have left')
      attack.stop()
      await eventually(
        () =>
          get(port).then(
            (answer) => answer.status === 200,
            () => false,
          ),
        'it serves',
      )
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      assert.doesNotMatch(program.output, /could not be started|EMFILE/)
    })
  }

  it('connections wait while no worker is there, as far as descriptors go, and the rest is told', async (t) => {
    const folder = temporaryFolder()
    const hold = path.join(folder, 'hold')
    const { program, port } = await startLimited(
      t,
      256,
      { workers: 1, balance: 'round-robin' },
      { HOLD_BOOT: hold },
    )
    writeFileSync(hold, '')
    process.kill(program.workers()[0]!, 'SIGKILL')
    await program.sees(/is gone/)
    const statuses: number[] = []
    const failures: string[] = []
    const asking = Array.from({ length: 400 }, () =>
      get(port).then(
        ({ status }) => statuses.push(status),
        ({ code }: NodeJS.ErrnoException) => failures.push(String(code)),
      ),
    )
    await eventually(() => statuses.length + failures.length > 200, 'what cannot wait is refused')
    assert.ok(isAlive(program.pid))
    rmSync(hold)
    await Promise.all(asking)
    const served = statuses.filter((status) => status === 200).length
    t.diagnostic(`200: ${served}, 503: ${statuses.length - served}, ${failures.length} cut`)
    assert.ok(served >= 64, `${served} waited`)
    assert.ok(statuses.every((status) => status === 200 || status === 503))
    assert.equal((await get(port)).body, 'hello')
  })

  it('a connection that a worker had no descriptor for goes to another, and the worker comes back', async (t) => {
    const { program, port } = await startLimited(t, 1024, { workers: 2, balance: 'round-robin' })
    const [first, second] = program.workers()
    limitDescriptors([first!], 8)
    for (let asked = 0; asked < 6; asked++) assert.equal((await get(port, '/pid')).body, String(second))
    limitDescriptors([first!], 1024)
    await eventually(async () => (await pidsOf(port, 2)).size === 2, 'both serve')
  })
})
