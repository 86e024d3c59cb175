import assert from 'node:assert/strict'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { eventually, type Program, start } from './support/program.ts'
import { supervise } from './support/supervised.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

for (const balance of balances)
  describe(`servers that the program starts in a worker (${balance})`, () => {
    it('listen in every form that Node.js has, with a callback and without', async (t) => {
      const folder = temporaryFolder()
      const program = start(t, 'every-form.js', {
        env: { FOLDER: folder, OPTIONS: JSON.stringify({ workers: 2, balance: forEveryPlace(balance) }) },
      })
      await eventually(() => program.output.split('places: ').length === 3, 'both workers listen')
      const [mine, other] = [...program.output.matchAll(/places: (.*)/g)].map(([, json]) => json)
      assert.equal(mine, other, 'every worker shares each place')
      for (const place of JSON.parse(mine!) as (AddressInfo | string)[]) {
        const to = typeof place === 'string' ? place : { host: 'localhost', port: place.port }
        assert.match((await get(to)).body, /hello from \d+/, JSON.stringify(place))
      }
    })

    it('are opened again at the port that they had', async (t) => {
      const program = supervise(t, 'listens-again.js', {}, { workers: 1, balance })
      await program.sees(/round 3: own/)
    })

    it('find what they would find in plain Node.js', async (t) => {
      const inWorker = await found(
        supervise(t, 'as-plain.js', {}, { workers: 1, balance: forEveryPlace(balance) }),
      )
      const plain = await found(start(t, 'places/as-plain.js'))
      assert.equal(inWorker.listeners, plain.listeners + 1, 'Clustered listens once on each connection')
      assert.deepEqual(inWorker.outcomes, plain.outcomes)
    })
  })

/** The kernel balances no unix sockets, and 'kernel' is a refusal where it does not. */
function forEveryPlace(balance: string): string {
  return balance === 'kernel' ? 'auto' : balance
}

interface Found {
  /** For the end of a connection. */
  listeners: number
  /** Of places that are odd, in the order of the fixture. */
  outcomes: (string | number)[]
}

async function found(program: Program): Promise<Found> {
  const [, json] = await program.sees(/found: (.*)/)
  return JSON.parse(json!) as Found
}
