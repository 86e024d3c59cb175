import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { pidsOf } from './support/http.ts'
import { load } from './support/load.ts'
import { eventually, type Program, sendSignal, start } from './support/program.ts'
import { traffic } from './support/traffic.ts'

const faults = Number(process.env['FAULTS'] ?? 12)

/** Reloads without a pause until it is told to stop. */
function keepReloading(program: Program): () => Promise<void> {
  let stopped = false
  const running = (async () => {
    while (!stopped) {
      const since = program.output.length
      program.kill('SIGHUP')
      await program.sees(/reload done|Reload stopped/, since)
    }
  })()
  return () => {
    stopped = true
    return running
  }
}

for (const balance of balances)
  describe(`faults during reloads (${balance})`, () => {
    it('kill -9 and SIGSTOP of workers: what a killed one was reading may fail, nothing hangs, nothing is refused', async (t) => {
      const options = JSON.stringify({ workers: 3, balance, reload: { soak: 50 } })
      const program = start(t, 'server.js', { env: { OPTIONS: options } })
      const port = await program.listens()
      const loads = Object.entries(traffic).map(([kind, make]) => ({ kind, load: load(make({ port })) }))
      const stopReloading = keepReloading(program)
      let kills = 0
      for (let fault = 0; fault < faults; fault++) {
        const pid = program.anyWorker()
        if (fault % 2 === 0) {
          sendSignal(pid, 'SIGKILL')
          kills++
        } else {
          sendSignal(pid, 'SIGSTOP')
          setTimeout(sendSignal, 400, pid, 'SIGCONT')
        }
        await new Promise((resolve) => setTimeout(resolve, 300))
      }
      await stopReloading()
      await Promise.all(loads.map((one) => one.load.stop()))
      const failed = loads.flatMap(({ kind, load: { failures } }) =>
        failures.map((failure) => `${kind}: ${failure}`),
      )
      for (const failure of failed)
        assert.match(
          failure,
          /ECONNRESET|EPIPE|other side closed|closed before the answer|the answer was cut/,
          failure,
        )
      const clients = Object.values(traffic).flatMap((make) => make({ port })).length
      assert.ok(failed.length <= kills * clients, `${failed.length} failed`)
      await eventually(() => program.workers().length === 3, 'three workers are left')
      assert.equal((await pidsOf(port, 3)).size, 3)
      t.diagnostic(
        `${loads.reduce((sum, one) => sum + one.load.answered, 0)} answered, ${failed.length} cut by ${kills} kills`,
      )
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
    })
  })
