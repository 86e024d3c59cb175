import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { get, pidsOf } from './support/http.ts'
import { start } from './support/program.ts'

const flag = '--no-experimental-require-module'
const preloads = fileURLToPath(new URL('../fixtures/preloads/', import.meta.url))
const own = ['--require', `${preloads}first.cjs`, '--import', `${preloads}second.mjs`]

describe('a worker is prepared before the program', () => {
  const ways: Record<string, { nodeArgs?: string[]; env?: Record<string, string> }> = {
    'as it is': {},
    [`with ${flag}`]: { nodeArgs: [flag] },
    [`with ${flag} in NODE_OPTIONS`]: { env: { NODE_OPTIONS: flag } },
  }
  for (const [way, { nodeArgs = [], env = {} }] of Object.entries(ways))
    it(`${way}: it serves, contains a crash, reloads, and the program's own preloads keep their order`, async (t) => {
      const program = start(t, 'server.js', {
        nodeArgs: [...nodeArgs, ...own],
        env: { ...env, OPTIONS: '{"workers":2}' },
      })
      const port = await program.listens()
      assert.equal((await pidsOf(port, 2)).size, 2)
      // In the primary there is no briefing: it says `after` at once.
      await program.sees(/before ours: require\n[^]*after ours: import\n/)
      assert.doesNotMatch(program.output, /before ours: import/)
      assert.equal((await get(port, '/crash')).status, 500)
      program.kill('SIGHUP')
      await program.sees(/reload done/)
      assert.equal((await get(port)).body, 'hello')
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
    })

  it("what NODE_OPTIONS preloads is not loaded into the watchdog's thread", async (t) => {
    const env = {
      NODE_OPTIONS: `--require ${preloads}first.cjs`,
      OPTIONS: '{"workers":1,"hangTimeout":1000}',
    }
    const program = start(t, 'server.js', { env })
    const port = await program.listens()
    await assert.rejects(get(port, '/spin'))
    await program.sees(/is gone: killed: hung for/)
    assert.doesNotMatch(program.output, /required in a thread/)
  })

  it(`with ${flag}: a boot that fails says why, once`, async (t) => {
    const program = start(t, 'throws-at-boot.js', { nodeArgs: [flag] })
    assert.equal(await program.ends(), 1)
    assert.match(program.output, /The first worker did not come up: exit code 1, Error: no database/)
  })
})
