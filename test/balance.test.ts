import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get, pidsOf } from './support/http.ts'
import { load, nodeClients } from './support/load.ts'
import { eventually, start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

const ask = (port: number, count: number) => Array.from({ length: count }, () => get(port, '/pid'))

for (const balance of balances)
  describe(`the port (${balance})`, () => {
    const env = (more = {}) => ({ OPTIONS: JSON.stringify({ workers: 2, balance, ...more }) })

    it('refuses nobody while every worker is dead: they wait, and are answered', async (t) => {
      const program = start(t, 'server.js', { env: { ...env(), BOOT_TIME: '500' } })
      const port = await program.listens()
      for (let times = 0; times < 3; times++) {
        for (const pid of program.workers()) process.kill(pid, 'SIGKILL')
        await eventually(() => program.output.split('SIGKILL').length > 2 * times + 2, 'both are gone')
        const answers = await Promise.all(ask(port, 20))
        assert.equal(answers.length, 20)
        await pidsOf(port, 2)
        await eventually(() => program.output.split('is ready').length > 2 * times + 4, 'both are back')
      }
    })

    it('loses to kill -9 at most what the killed worker was reading, and hangs nobody', async (t) => {
      const program = start(t, 'server.js', { env: env({ workers: 3 }) })
      const port = await program.listens()
      const clients = load(nodeClients(12, { port }, { expect: 'hello' }, false))
      const kills = 6
      for (let killed = 0; killed < kills; killed++) {
        const since = program.output.length
        process.kill(program.workers()[killed % 2]!, 'SIGKILL')
        await program.sees(/is ready/, since)
      }
      await clients.stop()
      for (const failure of clients.failures) assert.match(failure, /ECONNRESET/)
      assert.ok(clients.failures.length < kills * 12, `${clients.failures.length} failed`)
      t.diagnostic(`${clients.answered} answered, ${clients.failures.length} reset by ${kills} kills`)
    })

    it('does not wait for a worker that blocks', async (t) => {
      const program = start(t, 'server.js', { env: env() })
      const port = await program.listens()
      await pidsOf(port, 2)
      const folder = temporaryFolder()
      const until = path.join(folder, 'until')
      const blocked = get(port, `/block?until=${until}`)
      await program.sees(/blocking/)
      let early = 0
      const answers = ask(port, 20).map((answer) => answer.then(() => early++))
      // With round-robin, one hand-off waits for the worker to answer it.
      await eventually(() => early >= (balance === 'kernel' ? 20 : 19), 'answers before it goes on')
      writeFileSync(until, '')
      await Promise.all([blocked, ...answers])
    })

    it('does not wait for a stopped worker, and uses it again when it goes on', async (t) => {
      const program = start(t, 'server.js', { env: env() })
      const port = await program.listens()
      const [stopped] = program.workers()
      process.kill(stopped!, 'SIGSTOP')
      // It may have a hand-off that only it can give back, and does when it goes on.
      const waiting = ask(port, 20)
      const answered = await Promise.all(waiting.slice(balance === 'kernel' ? 0 : 20))
      if (balance === 'kernel') assert.ok(answered.every(({ body }) => Number(body) !== stopped))
      else assert.ok((await Promise.any(waiting)).body)
      process.kill(stopped!, 'SIGCONT')
      await Promise.all(waiting)
      assert.ok((await pidsOf(port, 2)).has(stopped!))
    })

    it('gives the connections of a worker that dies before it has read them to another', async (t) => {
      const program = start(t, 'server.js', { env: env() })
      const port = await program.listens()
      const [stopped] = program.workers()
      process.kill(stopped!, 'SIGSTOP')
      const waiting = ask(port, 20)
      await Promise.any(waiting)
      process.kill(stopped!, 'SIGKILL')
      for (const { body } of await Promise.all(waiting)) assert.notEqual(Number(body), stopped)
    })

    it('loses nothing where the program sends connections of its own to its workers', async (t) => {
      const program = start(t, 'own-handles.js', { env: env() })
      const port = await program.listens()
      const [, ownPort] = await program.sees(/own port (\d+)/)
      const clients = load(nodeClients(12, { port }, { expect: 'hello' }, false), { hurried: true })
      const own = load(
        Array.from({ length: 8 }, () => () => answerOf(Number(ownPort))),
        { hurried: true },
      )
      await eventually(() => clients.answered > 2000 && own.answered > 2000, 'both are served')
      await own.stop()
      assert.deepEqual(own.failures, [])
      // Whatever Node has said of those of its own has not unsettled the hand-offs.
      const { answered } = clients
      await eventually(() => clients.answered > answered + 1000, 'the others go on')
      await clients.stop()
      assert.deepEqual(clients.failures, [])
    })

    it('is gone for node:cluster, too, when it has died with a hand-off on its way', async (t) => {
      const program = start(t, 'held-channel.js', { env: env() })
      const port = await program.listens()
      await program.sees(/known to node:cluster: \S+ \S+\./)
      const [killed] = program.workers()
      process.kill(killed!, 'SIGSTOP')
      const answers = ask(port, 4)
      await Promise.any(answers)
      process.kill(killed!, 'SIGKILL')
      await Promise.allSettled(answers)
      await program.sees(/is ready[^]*is ready[^]*is ready/)
      await eventually(
        () => /.*known to node:cluster: \S+ \S+\.(?!.*known to)/s.test(program.output),
        'the two that there are',
      )
      await program.sees(/let go[^]*let go/)
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      assert.doesNotMatch(program.output, /uncaught error/)
    })

    it('refuses with a 503 when no worker has come back after queueTimeout, until one does', async (t) => {
      const program = start(t, 'crash-loop.js', { env: env({ workers: 1, queueTimeout: 600 }) })
      const port = await program.listens()
      const { body: broken } = await get(port)
      await program.sees(/slot 0 is empty/)
      const { status, headers } = await get(port)
      assert.equal(status, 503)
      assert.equal(headers['retry-after'], '1')
      rmSync(broken)
      await eventually(async () => (await get(port)).status === 200, 'it answers again')
    })
  })

/** What is said on a connection, by whoever has it. */
function answerOf(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    const socket = net.connect(port, '127.0.0.1').setEncoding('latin1')
    socket.on('data', (chunk: string) => (text += chunk)).on('error', reject)
    socket.on('close', () => (text ? resolve(text) : reject(new Error('closed without a word'))))
  })
}
