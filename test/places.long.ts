/** Where a cluster listens: what makes a worker ready, and when a place opens and closes. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { balances } from './support/balances.ts'
import { get, pidsOf } from './support/http.ts'
import { load, nodeClients } from './support/load.ts'
import { freePort } from './support/port.ts'
import { eventually, type Program } from './support/program.ts'
import { refuses, supervise } from './support/supervised.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

/** A program with an admin server and a main one, and what its next release has of them. */
async function late(
  t: TestContext,
  env: { LATE: number },
  options: object,
): Promise<{ program: Program; admin: number; main: number; release: (has: string) => void }> {
  const folder = temporaryFolder()
  const RELEASE = path.join(folder, 'release')
  const release = (has: string): void => writeFileSync(RELEASE, has)
  release('admin main')
  const [admin, main] = [await freePort(), await freePort()]
  const program = supervise(t, 'late.cjs', { ADMIN: admin, MAIN: main, RELEASE, ...env }, options)
  await eventually(async () => !(await refuses(main)), 'the main server listens')
  await program.listens()
  return { program, admin, main, release }
}

for (const balance of balances)
  describe(`places (${balance})`, () => {
    it('a worker is ready when it listens wherever the one before it does', async (t) => {
      const { program, admin, main, release } = await late(t, { LATE: 2500 }, { balance })
      const before = program.workers()
      const traffic = load(nodeClients(4, { port: main }, {}, false))
      program.kill('SIGHUP')
      await program.sees(/reload done/)
      await traffic.stop()
      assert.deepEqual(traffic.failures, [])
      assert.ok(traffic.worst < 2000, `somebody waited for ${traffic.worst} ms`)
      for (const pid of await pidsOf(main, 2)) assert.ok(!before.includes(pid))

      // A release that does without a place: nothing goes on in it that could still come to it.
      release('main')
      const since = program.output.length
      program.kill('SIGHUP')
      await program.sees(/reload done/, since)
      await eventually(() => refuses(admin), 'the place that was dropped refuses')
      assert.equal((await pidsOf(main, 2)).size, 2)
    })

    it('a place closes when the app has closed it in every worker', async (t) => {
      const [main, extra] = [await freePort(), await freePort()]
      const program = supervise(t, 'closes.cjs', { MAIN: main, EXTRA: extra }, { balance })
      await program.listens()
      const closed = new Set<string>()
      await eventually(async () => {
        assert.equal((await get(extra)).body, 'extra')
        closed.add((await get(main, '/close-extra')).body)
        return closed.size === 2
      }, 'both workers have closed it')
      await eventually(() => refuses(extra), 'it refuses')

      // A worker that has closed all is replaced; its last place stays open for the next one.
      const { body } = await get(main, '/close-all')
      await program.sees(new RegExp(`pid ${body}\\): it listens nowhere any more`))
      await program.sees(new RegExp(`pid ${body}\\) is gone: drained`))
      assert.equal((await pidsOf(main, 2)).size, 2)
      await eventually(async () => !(await refuses(extra)), 'the new worker has the extra place')
    })

    for (const way of ['any', 'listening', 'connecting'])
      it(`every worker has the port that the app finds to be free, by ${way}`, async (t) => {
        const preferred = await freePort()
        const program = supervise(t, 'finds-port.mjs', { PORT: preferred, WAY: way }, { balance })
        const port = await program.listens()
        if (way !== 'any') assert.equal(port, preferred)
        assert.equal((await pidsOf(port, 2)).size, 2)
        program.kill('SIGHUP')
        await program.sees(/reload done/)
        assert.equal((await pidsOf(port, 2)).size, 2)
        assert.doesNotMatch(program.output, /EADDRINUSE|different places/)
      })

    it('exclusive and reusePort: served as any other place', async (t) => {
      const ports = [await freePort(), await freePort(), await freePort()]
      const program = supervise(t, 'options.mjs', { PORTS: JSON.stringify(ports) }, { balance })
      await program.listens()
      for (const port of ports) assert.equal((await pidsOf(port, 2)).size, 2, `port ${port}`)
    })
  })

it('the boot fails if it comes to one of them too late, and the others serve on', async (t) => {
  const { program, admin, main, release } = await late(t, { LATE: 0 }, { bootTimeout: 8000 })
  release('main busy')
  program.kill('SIGHUP')
  const [, port] = await program.sees(/Reload stopped: .* not listening at \[::\]:(\d+) after 8000 ms/)
  assert.equal(Number(port), admin)
  assert.match(program.output, /stop the cluster and start it anew/)
  assert.equal((await pidsOf(admin, 2)).size, 2)
  assert.equal((await pidsOf(main, 2)).size, 2)
})
