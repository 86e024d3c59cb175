import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { describe, it, type TestContext } from 'node:test'
import { balances } from './support/balances.ts'
import { load, mixedClients } from './support/load.ts'
import { eventually, type Program, start } from './support/program.ts'
import { get, RawAnswers } from './support/raw-answer.ts'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

/** Asks on a connection of its own, which stays open. */
async function open(port: number, path = '/'): Promise<{ connection: RawAnswers; pid: string }> {
  const connection = await RawAnswers.open(port)
  const answer = await connection.ask(get(path))
  return { connection, pid: /\d+$/.exec(answer)?.[0] ?? answer }
}

function commandOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8')
}

for (const balance of balances)
  describe(`maxConnections (${balance})`, () => {
    const boot = async (t: TestContext, limit: number, more = {}, env = {}): Promise<[Program, number]> => {
      const options = JSON.stringify({ workers: 2, balance, reload: { soak: 50 }, ...more })
      const program = start(t, 'limited.js', { env: { OPTIONS: options, LIMIT: String(limit), ...env } })
      return [program, await program.listens()]
    }

    it('sends to another worker what a full one does not take, and keeps waiting what no one takes', async (t) => {
      const [program, port] = await boot(t, 2)
      const four = [await open(port), await open(port), await open(port), await open(port)]
      const pids = four.map(({ pid }) => pid)
      for (const pid of program.workers()) assert.equal(pids.filter((one) => one === String(pid)).length, 2)
      const fifth = open(port)
      const { connection, pid } = four[0]!
      // All that could have been done with the fifth is done by the time of these answers.
      for (const { connection: other } of four) await other.ask(get('/'))
      connection.socket.destroy()
      assert.equal((await fifth).pid, pid)
      assert.doesNotMatch(program.output, /dropped/)
    })

    it('answers 503 to what has waited for queueTimeout', async (t) => {
      const [, port] = await boot(t, 1, { queueTimeout: 1500 })
      const two = [await open(port), await open(port)]
      assert.match((await open(port)).pid, /^HTTP\/1.1 503 /)
      for (const { connection } of two) await connection.ask(get('/'))
      two[0]!.connection.socket.destroy()
      // What refuses by kernel balance is told after the worker is.
      await eventually(async () => (await open(port)).pid === two[0]!.pid, 'an answer')
    })

    it('takes more when the app raises it', async (t) => {
      const [, port] = await boot(t, 1)
      const { connection, pid } = await open(port)
      await open(port)
      await connection.ask(get('/raise'))
      assert.equal((await open(port)).pid, pid)
    })

    it('loses nothing where there are more clients than room, through reloads', async (t) => {
      const [program, port] = await boot(t, 3)
      const clients = load([
        ...mixedClients(1, { port }, { path: '/later', expect: 'later' }),
        ...Array.from({ length: 12 }, () => async () => {
          const { connection, pid } = await open(port, '/later')
          connection.socket.destroy()
          assert.match(pid, /later$/)
        }),
      ])
      t.after(() => clients.stop())
      for (let reload = 0; reload < 3; reload++) {
        const since = program.output.length
        program.kill('SIGHUP')
        await program.sees(/reload done/, since)
      }
      await clients.stop()
      assert.deepEqual(clients.failures, [])
      assert.doesNotMatch(program.output, /dropped/)
      t.diagnostic(`${clients.answered} answers`)
    })

    it('is no limit with 0 before Node 21, and then a place that takes none', async (t) => {
      // Each boot takes longer than that: the first worker has turned clients away before the second has its socket.
      const [, port] = await boot(t, 0, { queueTimeout: 300 }, { BOOT_TIME: '600' })
      const answers = await Promise.all(Array.from({ length: 8 }, () => open(port)))
      for (const { pid } of answers) assert.match(pid, major < 21 ? /^\d+$/ : /^HTTP\/1.1 503 /)
    })

    it(
      'goes on refusing when the process that refuses is killed',
      { skip: balance !== 'kernel' && 'the primary does it itself' },
      async (t) => {
        const [program, port] = await boot(t, 0, { queueTimeout: 300 })
        assert.match((await open(port)).pid, /^HTTP\/1.1 503 /)
        const refusers = program.workers().filter((pid) => commandOf(pid).includes('refuser-process'))
        assert.equal(refusers.length, 1)
        process.kill(refusers[0]!, 'SIGKILL')
        assert.match((await open(port)).pid, /^HTTP\/1.1 503 /)
      },
    )

    const canDrop = major > 22 || (major === 22 && minor >= 12)
    it('drops instead where the app says so', { skip: !canDrop && 'not in this Node' }, async (t) => {
      const [program, port] = await boot(t, 1, { workers: 1 }, { DROP: '1' })
      await open(port)
      await assert.rejects(open(port))
      await program.sees(/dropped/)
    })
  })
