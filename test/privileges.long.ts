import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { load, nodeClients } from './support/load.ts'
import { freePort } from './support/port.ts'
import { eventually, isAlive } from './support/program.ts'
import { cannotBeRead, nobody, startReadable } from './support/readable-checkout.ts'

for (const balance of balances)
  describe(`a primary that gives up root (${balance})`, { skip: cannotBeRead() }, () => {
    const options = { workers: 2, balance, lagWarning: 0, reload: { soak: 100 } }

    it('has its workers replaced by such as it, and no request is lost', async (t) => {
      const port = await freePort()
      const program = startReadable(t, 'drops-privileges.js', {
        env: { LISTEN: `[${port}]`, OPTIONS: JSON.stringify(options), DROP_AT: 'signal' },
      })
      await program.sees(/drops when told/)
      const before = program.workers()
      assert.equal(JSON.parse((await get(port, '/rights')).body)[0], 0)
      const clients = load(nodeClients(8, { port }, { path: '/pid' }))
      program.kill('SIGWINCH')
      await program.sees(/warning: this process has changed its rights, and is user 65534[^]*reload done/)
      await eventually(() => !before.some(isAlive), 'the old ones are gone')
      await clients.stop()
      assert.deepEqual(clients.failures, [])
      for (let asked = 0; asked < 20; asked++)
        assert.deepEqual(JSON.parse((await get(port, '/rights')).body), [nobody, nobody, [nobody]])
      assert.equal(program.output.match(/has changed its rights/g)?.length, 1)
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
    })

    it('in the callback of listen: at once', async (t) => {
      const program = startReadable(t, 'drops-privileges.js', {
        env: { LISTEN: '[0]', OPTIONS: JSON.stringify(options) },
      })
      const port = await program.listens()
      await program.sees(/dropped[^]*has changed its rights[^]*reload done/)
      assert.equal(JSON.parse((await get(port, '/rights')).body)[0], nobody)
    })

    it('says that it cannot kill a hung worker with more rights, which then ends itself', async (t) => {
      const port = await freePort()
      const program = startReadable(t, 'drops-privileges.js', {
        env: {
          LISTEN: `[${port}]`,
          OPTIONS: JSON.stringify({ ...options, hangTimeout: 2000 }),
          DROP_AT: 'signal',
        },
      })
      await program.sees(/drops when told/)
      const stuck = assert.rejects(get(port, '/spin'))
      await program.sees(/spinning/)
      program.kill('SIGWINCH')
      await program.sees(/it could not be killed \(kill EPERM\)/)
      await program.sees(/ends itself: it hangs, and its primary has not ended it/)
      await program.sees(/reload done/)
      await stuck
      await eventually(() => program.workers().length === 2, 'two workers')
      assert.equal(JSON.parse((await get(port, '/rights')).body)[0], nobody)
    })

    it('ends when its program cannot run with fewer rights', async (t) => {
      const program = startReadable(t, 'drops-privileges.js', {
        env: { LISTEN: '[0]', OPTIONS: JSON.stringify(options), NEEDS_ROOT: '1' },
      })
      assert.equal(await program.ends(), 1)
      assert.match(program.output, /Reload stopped.*no certificate without root/)
    })
  })
