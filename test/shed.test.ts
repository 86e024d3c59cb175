import assert from 'node:assert/strict'
import http from 'node:http'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { eventually, type Program, start } from './support/program.ts'

/** A request that is never answered, once the app has it. */
async function beginSlowRequest(program: Program, port: number): Promise<http.ClientRequest> {
  const seen = program.output.split('slow request begins').length
  const request = http.get({ host: '127.0.0.1', port, path: '/slow', agent: false })
  request.on('error', () => {})
  await program.until(() => program.output.split('slow request begins').length > seen, 'slow request')
  return request
}

for (const framework of ['express', 'express4', 'koa', 'koa2'])
  describe(`shed (${framework})`, () => {
    const run = (t: Parameters<typeof start>[0], options: object, balance: string = 'auto'): Program =>
      start(t, 'shed.js', {
        args: [framework],
        env: { SHED: JSON.stringify(options), OPTIONS: JSON.stringify({ workers: 1, balance }) },
      })

    it('answers 503 with Retry-After above maxInFlight, until requests are over', async (t) => {
      const program = run(t, { maxInFlight: 2, retryAfter: 7 })
      const port = await program.listens()
      const slow = [await beginSlowRequest(program, port), await beginSlowRequest(program, port)]
      t.after(() => slow.forEach((request) => request.destroy()))
      const { status, headers, body } = await get(port)
      assert.deepEqual([status, headers['retry-after'], body], [503, '7', 'Service Unavailable\n'])
      slow[0]!.destroy()
      await eventually(async () => (await get(port)).status === 200, 'there is room for one more')
      for (let asked = 0; asked < 20; asked++) assert.equal((await get(port)).status, 200)
    })

    it('answers 503 while the event loop is late, and recovers', async (t) => {
      for (const balance of balances) {
        const program = run(t, { maxLoopDelay: 60 }, balance)
        const port = await program.listens()
        let stopped = false
        const statuses: Record<number, number> = {}
        const agent = new http.Agent({ keepAlive: true })
        const clients = Array.from({ length: 30 }, async () => {
          while (!stopped) {
            const { status } = await get(port, '/busy', agent)
            statuses[status] = (statuses[status] ?? 0) + 1
          }
        })
        await Promise.race([
          Promise.all(clients),
          eventually(() => (statuses[503] ?? 0) >= 50 && (statuses[200] ?? 0) >= 50, 'some shed, some not'),
        ])
        stopped = true
        // Had a connection been cut, this would reject.
        await Promise.all(clients)
        agent.destroy()
        assert.deepEqual(Object.keys(statuses), ['200', '503'])
        let inARow = 0
        // A busy machine makes the loop late as well.
        await eventually(async () => {
          inARow = (await get(port)).status === 200 ? inARow + 1 : 0
          return inARow === 10
        }, 'it has recovered')
        await program.dispose()
      }
    })
  })

describe('shed', () => {
  it('refuses bad options when the app is made', async (t) => {
    const program = start(t, 'shed.js', {
      args: ['express'],
      env: { SHED: '{"maxInFlight":0}', OPTIONS: '{}' },
    })
    assert.equal(await program.ends(), 1)
    assert.match(program.output, /ERR_CLUSTERED_BAD_OPTION/)
    assert.match(program.output, /maxInFlight: 0 is not valid\. Allowed: a whole number from 1\./)
  })
})
