import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { pidsOf } from './support/http.ts'
import { start } from './support/program.ts'

const tests = fileURLToPath(new URL('../fixtures/tested/api.test.js', import.meta.url))

/** What a runner leaves in the environment of all that it starts. */
const ofRunners = {
  NODE_TEST_CONTEXT: 'child-v8',
  JEST_WORKER_ID: '1',
  VITEST: 'true',
  TAP: '1',
  NODE_ENV: 'test',
}

describe('under a test runner', () => {
  const ways: Record<string, string[]> = {
    'of Node': ['--test', tests],
    'in one process, with a file that is run by itself': [tests],
  }
  for (const [way, args] of Object.entries(ways))
    it(`nothing forks, and nothing keeps the tests from ending: ${way}`, async () => {
      const env = { ...process.env, NODE_TEST_CONTEXT: undefined }
      const { stdout, stderr } = await promisify(execFile)(process.execPath, args, { env, timeout: 60_000 })
      assert.match(stdout, /^(# |ℹ )pass 4$/m)
      // The one that does not get its port says nothing.
      const why = /single mode \(pid \d+\) because node:test runs it; CLUSTERED_WORKERS=2 /g
      assert.equal((stdout + stderr).match(why)?.length, 3, stdout)
    })

  it('a program that a test starts is a cluster', async (t) => {
    const program = start(t, 'server.js', { env: { ...ofRunners, OPTIONS: '{"workers":2}' } })
    assert.equal((await pidsOf(await program.listens(), 2)).size, 2)
  })
})

describe('CLUSTERED_WORKERS', () => {
  it('beats the option and WEB_CONCURRENCY', async (t) => {
    const env = { CLUSTERED_WORKERS: '1', WEB_CONCURRENCY: '3', OPTIONS: '{"workers":2}' }
    const program = start(t, 'server.js', { env })
    await program.sees(/listening on .*, 1 worker,/)
  })

  it('of 0 is single mode', async (t) => {
    const program = start(t, 'server.js', { env: { CLUSTERED_WORKERS: '0', OPTIONS: '{"workers":2}' } })
    await program.sees(/listening on .*, single mode \(pid \d+\)\n/)
  })

  for (const value of ['two', ' ', '8000'])
    it(`of '${value}' is an error that names it`, async (t) => {
      const program = start(t, 'server.js', { env: { CLUSTERED_WORKERS: value } })
      assert.equal(await program.ends(), 1)
      assert.ok(
        program.output.includes(`CLUSTERED_WORKERS: '${value}' is not valid. Allowed: a whole number from 0`),
      )
    })
})
