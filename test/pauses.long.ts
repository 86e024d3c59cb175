import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { eventually, start, type Program } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** Stops the primary and every worker for a while, as a machine that is suspended does. */
async function pause(program: Program, ms: number): Promise<void> {
  const family = [program.pid, ...program.workers()]
  for (const pid of family) process.kill(pid, 'SIGSTOP')
  await sleep(ms)
  for (const pid of family.toReversed()) process.kill(pid, 'SIGCONT')
}

for (const balance of balances)
  describe(`a pause of all processes (${balance})`, () => {
    it('of 15 s during a drain of 8 s: what is in flight is answered', async (t) => {
      const env = { OPTIONS: JSON.stringify({ workers: 2, balance, drainTimeout: 8000 }) }
      const program = start(t, 'server.js', { env })
      const port = await program.listens()
      const slow = get(port, '/slow?ms=17000')
      await program.sees(/slow request begins/)
      program.kill('SIGTERM')
      await program.sees(/drains: SIGTERM/)
      await pause(program, 15_000)
      // Who cut it, if it was cut.
      slow.catch(() => program.ends().then(() => t.diagnostic(program.output)))
      assert.equal((await slow).body, 'slow')
      assert.equal(await program.ends(), 0)
    })

    it('of 6 s during a boot of 5.5 s: the boot succeeds', async (t) => {
      const env = { OPTIONS: JSON.stringify({ workers: 1, balance, bootTimeout: 5500 }), BOOT_TIME: '2000' }
      const program = start(t, 'server.js', { env })
      await eventually(() => program.workers().length === 1, 'a worker')
      await sleep(500)
      await pause(program, 6000)
      assert.equal((await get(await program.listens())).body, 'hello')
    })
  })

const faketime = ['x86_64', 'aarch64']
  .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketime.so.1`)
  .find((file) => existsSync(file))

describe(
  'a clock that is set back by 2 h',
  { skip: !faketime && 'needs libfaketime (apt-get install faketime)' },
  () => {
    it('during a drain: it takes no longer, and ends what it cannot wait for', async (t) => {
      const folder = temporaryFolder()
      const clock = path.join(folder, 'clock')
      writeFileSync(clock, '+0')
      const program = start(t, 'server.js', {
        env: {
          LD_PRELOAD: faketime,
          FAKETIME_TIMESTAMP_FILE: clock,
          FAKETIME_NO_CACHE: '1',
          // The monotonic clock is not one that can be set.
          FAKETIME_DONT_FAKE_MONOTONIC: '1',
          OPTIONS: '{"workers":2,"drainTimeout":4000}',
        },
      })
      const port = await program.listens()
      const [answered, cut] = [get(port, '/slow?ms=2000'), assert.rejects(get(port, '/later?ms=60000'))]
      await program.sees(/slow request begins/)
      program.kill('SIGTERM')
      await program.sees(/drains: SIGTERM/)
      const began = performance.now()
      writeFileSync(clock, '-7200')
      assert.equal((await answered).body, 'slow')
      await cut
      assert.equal(await program.ends(), 0)
      assert.ok(performance.now() - began < 15_000)
    })
  },
)
