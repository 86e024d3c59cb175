import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get, pidsOf } from './support/http.ts'
import { load, mixedClients } from './support/load.ts'
import { eventually, isAlive, sendSignal, start } from './support/program.ts'
import { Deploy, faults } from './support/release.ts'
import { temporaryFolder } from './support/temporary-folder.ts'
import { toldWorkers } from './support/told-workers.ts'

const quick = { workers: 2, reload: { soak: 50 } }

const onlyTheFirstBoots = `
  if (cluster.isWorker && existsSync('booted')) throw new Error('bad release')
  if (cluster.isWorker) writeFileSync('booted', '')
`

for (const balance of balances)
  describe(`a rolling reload (${balance})`, () => {
    const env = (more = {}) => ({ OPTIONS: JSON.stringify({ ...quick, balance, ...more }) })

    it('replaces every worker at SIGHUP and at SIGUSR2, each new one before its old one', async (t) => {
      const program = start(t, 'server.js', { env: env() })
      const port = await program.listens()
      for (const [signal, generation] of [
        ['SIGHUP', 2],
        ['SIGUSR2', 3],
      ] as const) {
        const [old, since] = [program.workers(), program.output.length]
        program.kill(signal)
        await program.sees(new RegExp(`reload done: every slot is on generation ${generation}`))
        const lines = program.output.slice(since).match(/worker \d .*?(ready|drains)/g)
        assert.deepEqual(
          lines?.map((line) => line.replace(/ \(.*\)/, '')),
          ['worker 0 is ready', 'worker 0 drains', 'worker 1 is ready', 'worker 1 drains'],
        )
        await eventually(() => !old.some(isAlive), 'the old workers are gone')
        assert.equal((await pidsOf(port, 2)).size, 2)
      }
    })

    it('without overlap leaves a slot empty for a while, and loses nothing', async (t) => {
      const program = start(t, 'server.js', { env: env({ workers: 1, reload: { surge: 0, soak: 50 } }) })
      const port = await program.listens()
      const clients = load(mixedClients(3, { port }, { path: '/later?ms=5', expect: 'later' }))
      for (const generation of [2, 3]) {
        const [[old], since] = [program.workers(), program.output.length]
        program.kill('SIGHUP')
        await program.sees(new RegExp(`reload done: every slot is on generation ${generation}`))
        const lines = program.output.slice(since).match(/worker 0 .*?(ready|drains|gone)/g)
        assert.deepEqual(
          lines?.map((line) => line.replace(/ \(.*\)/, '')),
          ['worker 0 drains', 'worker 0 is gone', 'worker 0 is ready'],
        )
        assert.ok(!isAlive(old!))
      }
      await clients.stop()
      assert.deepEqual(clients.failures, [])
    })

    it('does not wait for one drain after the other', async (t) => {
      const program = start(t, 'server.js', {
        env: env({ workers: 3, drainTimeout: 30_000, reload: { soak: 50, surge: 3 } }),
      })
      const port = await program.listens()
      const folder = temporaryFolder()
      const until = path.join(folder, 'until')
      const answers: ReturnType<typeof get>[] = []
      const holders = (): string[] => program.output.match(/held by \d+/g) ?? []
      while (new Set(holders()).size < 3) {
        answers.push(get(port, `/held?until=${until}`))
        await program.until(() => holders().length === answers.length, 'a request that is held')
      }
      program.kill('SIGHUP')
      await program.sees(/reload done/)
      assert.doesNotMatch(program.output, /is gone/)
      writeFileSync(until, '')
      for (const { body } of await Promise.all(answers)) assert.equal(body, 'held')
    })

    it('is done when no old worker accepts any more', async (t) => {
      const program = start(t, 'server.js', { env: env({ workers: 1 }) })
      const port = await program.listens()
      const [old] = program.workers()
      const blocked = get(port, '/block?ms=2500')
      await program.sees(/blocking/)
      program.kill('SIGHUP')
      await program.sees(/reload done/)
      for (let asked = 0; asked < 100; asked++)
        assert.notEqual(Number((await get(port, '/pid')).body), old, 'answered by old code')
      await blocked
    })

    it('can be called from a worker, and tells it how it went', async (t) => {
      const program = start(t, 'server.js', { env: env({ reload: { soak: 200 } }) })
      const port = await program.listens()
      assert.equal((await get(port, '/reload')).body, 'reloaded')
      await toldWorkers(
        port,
        (workers) => workers.every(({ state, generation }) => state !== 'ready' || generation === 2),
        'every ready worker is of the new release',
      )
    })

    it('follows the symlink anew: entry file and working directory', async (t) => {
      const deploy = new Deploy()
      const first = deploy.release('1')
      const program = start(t, 'server.js', { cwd: deploy.current, env: { ...env(), PWD: deploy.current } })
      await program.dispose()
      const site = start(t, `${deploy.current}/server.js`, {
        cwd: deploy.current,
        env: { ...env(), PWD: deploy.current },
      })
      const port = await site.listens()
      assert.equal((await get(port)).body, `1 in ${first}`)
      const second = deploy.release('2')
      assert.equal(await site.call('reload'), 'ok')
      for (let asked = 0; asked < 10; asked++) assert.equal((await get(port)).body, `2 in ${second}`)
    })

    for (const [name, fault] of Object.entries(faults))
      it(`changes nothing when the new code ${name}`, async (t) => {
        const deploy = new Deploy()
        deploy.write('old', '', 'app')
        // Only where nothing else ends the boot may the time be short.
        const bootTimeout = name === 'never listens' ? 6000 : 30_000
        const site = start(t, `${deploy.root}/releases/app/server.js`, {
          env: env({ bootTimeout, reload: { soak: 1500 } }),
        })
        const port = await site.listens()
        const old = site.workers()
        const clients = load(mixedClients(4, { port }, {}))
        deploy.write('new', fault, 'app')
        const result = await site.call('reload')
        await clients.stop()
        assert.deepEqual(clients.failures, [])
        assert.ok(result !== 'ok')
        assert.equal(result.code, 'ERR_CLUSTERED_RELOAD_FAILED')
        assert.match(result.message, /Serving now: 2 on generation 1\.$/)
        if (name.includes('throws')) assert.match(result.stack!, /bad release\n.*server\.js:6/)
        if (name.includes('syntax')) assert.match(result.stack!, /SyntaxError/)
        if (name.includes('exits')) assert.match(result.message, /exit code 7/)
        if (name.includes('never')) assert.match(result.message, /not listening after 6000 ms/)
        await eventually(() => site.workers().length === 2, 'only the old workers are left')
        assert.deepEqual(site.workers(), old)
        assert.equal((await get(port)).body.split(' ')[0], 'old')
      })

    it('brings back what ran before where that is still there', async (t) => {
      const deploy = new Deploy()
      deploy.release('1')
      const site = start(t, `${deploy.current}/server.js`, {
        cwd: deploy.current,
        env: { ...env(), PWD: deploy.current },
      })
      const port = await site.listens()
      deploy.release('2', onlyTheFirstBoots)
      const result = await site.call('reload')
      assert.ok(result !== 'ok')
      assert.match(result.message, /Serving now: 2 on generation 1\.$/)
      for (let asked = 0; asked < 10; asked++) assert.match((await get(port)).body, /^1 in/)
    })

    it('waits for the one under way, and a stop wins over both', async (t) => {
      const deploy = new Deploy()
      deploy.release('1')
      const site = start(t, `${deploy.current}/server.js`, { env: env() })
      await site.listens()
      site.kill('SIGHUP')
      await site.sees(/reload to generation 2 begins/)
      site.kill('SIGHUP')
      await site.sees(
        /reload done: every slot is on generation 2[^]*reload done: every slot is on generation 3/,
      )
      site.kill('SIGHUP')
      await site.sees(/reload to generation 4 begins/)
      const workers = site.workers()
      site.kill('SIGTERM')
      assert.equal(await site.ends(), 0)
      assert.deepEqual(workers.filter(isAlive), [])
    })

    it('ends with the right workers when one crashes and the cluster is scaled meanwhile', async (t) => {
      const program = start(t, 'server.js', { env: env({ reload: { soak: 300 } }) })
      const port = await program.listens()
      program.kill('SIGHUP')
      await program.sees(/generation 2\) is ready/)
      for (const pid of program.workers().slice(0, 2)) sendSignal(pid, 'SIGKILL')
      program.kill('SIGTTIN')
      await program.sees(/reload done/)
      await eventually(() => program.workers().length === 3, 'three workers')
      await toldWorkers(
        port,
        (workers) => workers.map(({ slot, generation }) => `${slot} ${generation}`).join() === '0 2,1 2,2 2',
        'three workers of the new release',
      )
    })

    it('brings new environment', async (t) => {
      const program = start(t, 'new-environment.js', { env: env() })
      const port = await program.listens()
      const before = (await get(port)).body
      program.kill('SIGHUP')
      await program.sees(/reload done/)
      const after = (await get(port)).body
      assert.ok(Number(after) > Number(before), `${before} -> ${after}`)
    })
  })

for (const balance of balances)
  describe(`scaling (${balance})`, () => {
    it('up and down loses no request', async (t) => {
      const program = start(t, 'server.js', { env: { OPTIONS: JSON.stringify({ workers: 2, balance }) } })
      const port = await program.listens()
      const what = { path: '/later?ms=2', expect: 'later' }
      const clients = load(mixedClients(6, { port }, what))
      for (const to of [4, 1, 3, 2]) assert.equal((await get(port, `/scale?to=${to}`)).body, 'scaled')
      await eventually(() => program.workers().length === 2, 'two workers')
      for (const signal of ['SIGTTIN', 'SIGTTIN', 'SIGTTOU', 'SIGTTOU'] as const) {
        program.kill(signal)
        const since = program.output.length
        await program.sees(/is ready|is gone/, since)
      }
      await clients.stop()
      assert.deepEqual(clients.failures, [])
      assert.ok(clients.answered > 50, `${clients.answered} answered`)
      assert.match((await get(port, '/scale?to=0')).body, /ERR_CLUSTERED_BAD_OPTION/)
      assert.match(
        (await get(port, '/scale?to=1.5')).body,
        /scale: 1\.5 is not valid\. Allowed: a whole number from 1/,
      )
    })
  })
