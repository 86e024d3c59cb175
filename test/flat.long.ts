import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'

describe('in short', () => {
  it('reloads, contained crashes and killed workers leave nothing behind in the primary', (t) => {
    const { stdout, status } = spawnSync(
      process.execPath,
      [fileURLToPath(new URL('./flat.js', import.meta.url))],
      {
        encoding: 'utf8',
        env: { ...process.env, NODE_TEST_CONTEXT: undefined, REPEATS: '10' },
      },
    )
    assert.equal(status, 0, stdout)
    assert.match(stdout, /^10 crashes, 10 kills, 10 reloads, 0 failed reloads; 2 workers /)
    t.diagnostic(stdout.trim())
  })
})
