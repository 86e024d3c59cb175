import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { isDeepStrictEqual } from 'node:util'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { load, mixedClients } from './support/load.ts'
import { eventually, start } from './support/program.ts'

for (const balance of balances)
  describe(`a client whose requests make the app crash (${balance})`, () => {
    const options = (more = {}) => ({ env: { OPTIONS: JSON.stringify({ workers: 2, balance, ...more }) } })

    it('cannot take capacity away: the others notice nothing, and boots do not eat the machine', async (t) => {
      const program = start(t, 'server.js', options())
      const port = await program.listens()
      const clients = load(mixedClients(4, { port }, { path: '/later?ms=2', expect: 'later' }))
      const statuses: number[] = []
      const began = performance.now()
      const storm = load([
        async () => {
          const { status } = await get(port, '/crash')
          statuses.push(status)
          assert.ok(program.workers().length >= 2, 'a worker that crashed keeps its place')
          await new Promise((resolve) => setTimeout(resolve, 100))
        },
      ])
      await eventually(() => statuses.length >= 60, 'sixty crashes')
      await storm.stop()
      const seconds = (performance.now() - began) / 1000
      await clients.stop()
      assert.deepEqual(clients.failures, [])
      assert.deepEqual(storm.failures, [])
      assert.deepEqual(new Set(statuses), new Set([500]))
      const boots = program.output.match(/is ready/g)!.length - 2
      assert.ok(boots >= 2 && boots <= 12 + seconds / 10, `${boots} boots for 60 crashes in ${seconds} s`)
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
    })

    it('is served by the worker that crashed for as long as no other can boot, and the log says so', async (t) => {
      const program = start(t, 'boots-twice.js', options())
      const port = await program.listens()
      const clients = load(mixedClients(2, { port }, { expect: 'hello' }))
      const [first, second] = program.workers()
      assert.equal((await get(port, '/crash')).status, 500)
      await program.sees(/worker \d \(pid \d+\) is not replaced yet: crash loop: 3 failures in a row/)
      await eventually(
        () => isDeepStrictEqual(program.workers().toSorted(), [first, second].toSorted()),
        'the first two, and no other',
      )
      await clients.stop()
      assert.deepEqual(clients.failures, [])
    })

    it('that makes it exit, one request after the other, leaves no slot empty for long', async (t) => {
      const program = start(t, 'server.js', options())
      const port = await program.listens()
      let exits = 0
      const storm = load([
        async () => {
          await get(port, '/exit?code=1').catch(() => {})
          exits++
          await new Promise((resolve) => setTimeout(resolve, 500))
        },
      ])
      // What an exiting process was answering may be lost; what waits is not.
      const clients = load(mixedClients(2, { port }, { expect: 'hello' }))
      await eventually(() => exits >= 12, 'twelve exits')
      await storm.stop()
      await clients.stop()
      for (const failure of clients.failures) assert.doesNotMatch(failure, /hung|ECONNREFUSED/)
      const delays = [...program.output.matchAll(/the next boot is in (\d+) ms/g)].map(([, ms]) => Number(ms))
      assert.ok(
        delays.every((delay) => delay <= 1000),
        `${delays}`,
      )
    })
  })
