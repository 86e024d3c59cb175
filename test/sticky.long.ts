import assert from 'node:assert/strict'
import http from 'node:http'
import { it } from 'node:test'
import { balances } from './support/balances.ts'
import { type About, ask, idsOf, sticky } from './support/sticky.ts'

for (const balance of balances)
  it(`no request is lost between workers while they are replaced (${balance})`, async (t) => {
    const program = sticky(t, { workers: 2, balance }, { BY: 'header' })
    const port = await program.listens()
    const owners = [...(await idsOf(port, 2)).keys()]
    const failures: string[] = []
    const count = { here: 0, elsewhere: 0 }
    let over = false
    const client = async (number: number): Promise<void> => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
      const body = number % 2 ? Buffer.alloc(40_000, 'b') : undefined
      for (let i = number; !over; i++) {
        // Of the last that are known, one in four has gone.
        const owner = owners[owners.length - 1 - (i % Math.min(4, owners.length))]!
        const asked = { method: body ? 'POST' : 'GET', body, headers: { 'x-owner': owner }, agent }
        try {
          const { status, body: text } = await ask(port, asked)
          if (status !== 200) failures.push(`${status} ${text}`)
          const { id, received } = JSON.parse(text) as About
          if (received !== (body?.length ?? 0)) failures.push(`received ${received}`)
          count[id === owner ? 'here' : 'elsewhere']++
          if (!owners.includes(id)) owners.push(id)
        } catch (error) {
          failures.push(String(error))
        }
      }
      agent.destroy()
    }
    const clients = Array.from({ length: 10 }, (_, number) => client(number))
    for (let reload = 0; reload < 3; reload++) {
      const since = program.output.length
      program.kill('SIGHUP')
      await program.sees(/reload done/, since)
    }
    over = true
    await Promise.all(clients)
    assert.deepEqual(failures.slice(0, 5), [])
    assert.ok(count.here > 100 && count.elsewhere > 0, JSON.stringify(count))
    assert.doesNotMatch(program.output, /error:|sticky:/)
  })
