import assert from 'node:assert/strict'
import http from 'node:http'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { rawClient } from './support/load.ts'
import { eventually, isAlive, type Program, start } from './support/program.ts'

/** Starts a request that is answered after `ms`, and waits until the app has it. */
async function begin(
  program: Program,
  port: number,
  ms: number,
  agent?: http.Agent,
): Promise<{ answer: ReturnType<typeof get> }> {
  const seen = program.output.split('slow request begins').length
  const answer = get(port, `/slow?ms=${ms}`, agent)
  answer.catch(() => {})
  await program.until(() => program.output.split('slow request begins').length > seen, 'slow request')
  return { answer }
}

for (const balance of balances)
  describe(`draining (${balance})`, () => {
    const options = (more = {}) => ({ env: { OPTIONS: JSON.stringify({ workers: 2, balance, ...more }) } })

    for (const signal of ['SIGTERM', 'SIGINT', 'SIGQUIT'] as const)
      it(`answers what is in flight when the primary gets ${signal}, and ends with 0`, async (t) => {
        const program = start(t, 'server.js', options())
        const port = await program.listens()
        const workers = program.workers()
        const answers = [await begin(program, port, 3000), await begin(program, port, 3000)]
        program.kill(signal)
        for (const { answer } of answers) assert.equal((await answer).body, 'slow')
        assert.equal(await program.ends(), 0)
        assert.deepEqual(workers.filter(isAlive), [])
      })

    it('answers what is in flight when a worker gets SIGINT', async (t) => {
      const program = start(t, 'server.js', options({ workers: 1 }))
      const port = await program.listens()
      const [worker] = program.workers()
      const { answer } = await begin(program, port, 3000)
      process.kill(worker!, 'SIGINT')
      await program.sees(/drains: SIGINT/)
      // It is said when the worker is told, which accepts until it has heard that.
      await eventually(
        async () => Number((await get(port, '/pid')).body) !== worker,
        'new requests go to the new worker',
      )
      assert.equal((await answer).body, 'slow')
      await program.sees(new RegExp(`pid ${worker}\\) is gone: drained`))
    })

    it('stops once when Ctrl-C reaches every process', async (t) => {
      const program = start(t, 'server.js', options())
      const port = await program.listens()
      const { answer } = await begin(program, port, 1000)
      for (const pid of [...program.workers(), program.pid]) process.kill(pid, 'SIGINT')
      assert.equal((await answer).body, 'slow')
      assert.equal(await program.ends(), 0)
      assert.doesNotMatch(program.output, /drains: (?!SIGINT)/)
      assert.equal(program.output.match(/is ready/g)?.length, 2, 'nothing was replaced')
    })

    it('ends at once at a second signal', async (t) => {
      const program = start(t, 'server.js', options())
      const port = await program.listens()
      const workers = program.workers()
      const { answer } = await begin(program, port, 60_000)
      program.kill('SIGTERM')
      await program.sees(/drains: SIGTERM/)
      // Two within 100 ms are one, which npm has passed on.
      await new Promise((resolve) => setTimeout(resolve, 200))
      program.kill('SIGTERM')
      await assert.rejects(answer)
      assert.equal(await program.ends(), 143)
      await eventually(() => !workers.some(isAlive), 'no worker is left')
    })

    it('cuts what is left at drainTimeout', async (t) => {
      const program = start(t, 'server.js', options({ workers: 1, drainTimeout: 500 }))
      const port = await program.listens()
      const { answer } = await begin(program, port, 60_000)
      program.kill('SIGTERM')
      await assert.rejects(answer)
      assert.equal(await program.ends(), 0)
    })

    it('ends a worker that hangs while it drains', async (t) => {
      const program = start(t, 'server.js', options({ drainTimeout: 100 }))
      const port = await program.listens()
      const [worker] = program.workers()
      process.kill(worker!, 'SIGSTOP')
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      assert.match(program.output, /is gone: killed: still draining after 2100 ms/)
      await assert.rejects(get(port))
    })

    it('says Connection: close on an answer of a draining worker, and keeps idle connections until then', async (t) => {
      const program = start(t, 'server.js', options({ workers: 1, migrate: false }))
      const port = await program.listens()
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
      t.after(() => agent.destroy())
      const before = await get(port, '/pid', agent)
      assert.equal(before.headers.connection, 'keep-alive')
      process.kill(Number(before.body), 'SIGTERM')
      await eventually(async () => {
        const after = await get(port, '/pid', agent)
        assert.equal(after.body, before.body, 'the same worker, on the same connection')
        return after.headers.connection === 'close'
      }, 'an answer that says close')
      assert.notEqual((await get(port, '/pid', agent)).body, before.body)
    })

    it('answers every pipelined request', async (t) => {
      const program = start(t, 'server.js', options({ workers: 1 }))
      const port = await program.listens()
      const request = (path: string) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`
      const client = rawClient({ port }, { pieces: [request('/').repeat(5)], answers: 5 })
      await client()
      process.kill(program.workers()[0]!, 'SIGTERM')
      await program.sees(/drains: SIGTERM/)
      await client()
      await client()
    })
  })

describe('a primary that dies', () => {
  for (const balance of balances)
    it(`takes no request with it, and leaves no process behind (${balance})`, async (t) => {
      const program = start(t, 'server.js', { env: { OPTIONS: JSON.stringify({ workers: 2, balance }) } })
      const port = await program.listens()
      const workers = program.workers()
      t.after(() => workers.filter(isAlive).forEach((pid) => process.kill(pid, 'SIGKILL')))
      const answers = [await begin(program, port, 2000), await begin(program, port, 2000)]
      program.kill('SIGKILL')
      for (const { answer } of answers) assert.equal((await answer).body, 'slow')
      await eventually(() => !workers.some(isAlive), 'the workers are gone')
    })
})
