import assert from 'node:assert/strict'
import http from 'node:http'
import { describe, it } from 'node:test'
import { shed } from '@clustered/express'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { eventually, start } from './support/program.ts'

// That each adapter has it is among what adapters.test.ts tries.
describe('shed', () => {
  for (const balance of balances)
    it(`answers 503 while the event loop is late, and recovers (${balance})`, async (t) => {
      const program = start(t, 'shed.js', { env: { OPTIONS: JSON.stringify({ workers: 1, balance }) } })
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
    })

  it('refuses bad options when the app is made', () => {
    assert.throws(() => shed({ maxInFlight: 0 }), {
      code: 'ERR_CLUSTERED_BAD_OPTION',
      message: 'maxInFlight: 0 is not valid. Allowed: a whole number from 1.',
    })
  })
})
