import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { type Load, load, type Where } from './support/load.ts'
import { type Program, start } from './support/program.ts'
import { traffic } from './support/traffic.ts'

/** 20 and more for a release; each takes about a second. */
const reloads = Number(process.env['RELOADS'] ?? 2)

const places: Record<
  string,
  { env: Record<string, string>; options?: object; where: (port: number) => Where }
> = {
  TCP: { env: {}, where: (port) => ({ port }) },
  'TCP, without moving': { env: {}, options: { migrate: false }, where: (port) => ({ port }) },
  TLS: { env: { TLS: '1' }, where: (port) => ({ port, secure: true }) },
  'a unix socket': {
    env: { LISTEN: JSON.stringify([path.join(tmpdir(), `clustered-${process.pid}.sock`)]) },
    where: () => ({ socketPath: path.join(tmpdir(), `clustered-${process.pid}.sock`) }),
  },
}

async function reloadInALoop(program: Program, times: number): Promise<void> {
  for (let reload = 0; reload < times; reload++) {
    const since = program.output.length
    program.kill('SIGHUP')
    await program.sees(/reload done/, since)
  }
}

function assertNothingLost(clients: Record<string, Load>): void {
  for (const [kind, { answered, failures }] of Object.entries(clients)) {
    assert.deepEqual(failures, [], `${kind}: ${failures.length} failed, ${answered} answered`)
    assert.ok(answered > 0, `${kind}: nothing was answered`)
  }
}

for (const balance of balances)
  for (const workers of [2, 4])
    for (const [place, { env, options: more, where }] of Object.entries(places)) {
      // One socket cannot be spread over the slots by the kernel.
      if (balance === 'kernel' && place === 'a unix socket') continue
      if (workers === 4 && place !== 'TCP') continue
      it(`loses nothing over ${reloads} reloads of ${workers} workers on ${place} (${balance})`, async (t) => {
        const options = JSON.stringify({
          workers,
          balance,
          reload: { soak: 50, surge: workers / 2 },
          ...more,
        })
        const program = start(t, 'server.js', { env: { OPTIONS: options, ...env } })
        const at = where(await program.listens())
        const clients = Object.fromEntries(
          Object.entries(traffic).map(([kind, make]) => [kind, load(make(at))]),
        )
        await reloadInALoop(program, reloads)
        await Promise.all(Object.values(clients).map((client) => client.stop()))
        assertNothingLost(clients)
        t.diagnostic(
          Object.entries(clients)
            .map(([kind, { answered }]) => `${kind}: ${answered}`)
            .join('; '),
        )
      })
    }

const hasWrk = ['/usr/bin/wrk', '/usr/local/bin/wrk'].some((file) => existsSync(file))

const wrkReloads = 3

describe('wrk', { skip: !hasWrk && !process.env['CI'] && 'wrk is not installed' }, () => {
  for (const balance of balances)
    it(`sees no socket error over reloads (${balance})`, async (t) => {
      const options = JSON.stringify({ workers: 2, balance, reload: { soak: 50 } })
      const program = start(t, 'server.js', { env: { OPTIONS: options } })
      const port = await program.listens()
      const wrk = spawn('wrk', ['-t1', '-c20', '-d10m', '--timeout', '20s', `http://127.0.0.1:${port}/`])
      let report = ''
      wrk.stdout.setEncoding('utf8').on('data', (text: string) => (report += text))
      t.after(() => wrk.kill('SIGKILL'))
      const closed = once(wrk, 'close')
      await reloadInALoop(program, wrkReloads)
      // At that it stops, and reports.
      wrk.kill('SIGINT')
      await closed
      assert.match(report, /requests in/)
      assert.doesNotMatch(report, /Socket errors|Non-2xx/, report)
    })
})
