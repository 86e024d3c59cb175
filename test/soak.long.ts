import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

function run(file: string, env: Record<string, string>): { stdout: string; status: number | null } {
  return spawnSync(process.execPath, [fileURLToPath(new URL(file, import.meta.url))], {
    encoding: 'utf8',
    env: { ...process.env, NODE_TEST_CONTEXT: undefined, ...env },
  })
}

describe('in short', () => {
  it('the soak ends with nothing failed', (t) => {
    const { stdout, status } = run('./soak.js', { REQUESTS: '10000', RELOADS: '3' })
    assert.match(stdout, /requests over 3 reloads of 2 workers .*: 0 failed; the primary ended with 0/)
    assert.equal(status, 0)
    t.diagnostic(stdout.trim())
  })

  it('faults at random end with every slot filled, and nothing hung, refused or left over', (t) => {
    const { stdout, status } = run('./fault-injection.js', { SECONDS: '10' })
    assert.equal(status, 0, stdout)
    assert.match(stdout, / 0 hung, refused or wrong; 4 workers /)
    t.diagnostic(stdout.trim())
  })
})
