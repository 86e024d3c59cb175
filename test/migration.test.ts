import assert from 'node:assert/strict'
import http from 'node:http'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { start } from './support/program.ts'

for (const balance of balances)
  describe(`migration (${balance})`, () => {
    it('moves idle keep-alive connections to another worker, and the client keeps them', async (t) => {
      const options = { workers: 2, balance, migrate: true, reload: { soak: 50 } }
      const program = start(t, 'server.js', {
        // Longer than a reload takes on a busy machine.
        env: { OPTIONS: JSON.stringify(options), KEEP_ALIVE_TIMEOUT: '60000' },
      })
      const port = await program.listens()
      let connections = 0
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
      const connect = agent.createConnection.bind(agent)
      agent.createConnection = (...args) => (connections++, connect(...args))
      t.after(() => agent.destroy())

      const pids = new Set([(await get(port, '/pid', agent)).body])
      const drained = (): number | undefined => program.output.match(/gone: drained/g)?.length
      for (let reload = 0; reload < 5; reload++) {
        const since = program.output.length
        program.kill('SIGHUP')
        await program.until(
          () => /reload done/.test(program.output.slice(since)) && drained() === 2 * reload + 2,
          'reload, and the end of both old workers',
        )
        pids.add((await get(port, '/pid', agent)).body)
      }
      assert.equal(connections, 1)
      assert.equal(pids.size, 6)
    })
  })
