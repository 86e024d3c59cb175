import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'

it('the soak, in short, ends with nothing failed', (t) => {
  const { stdout, status } = spawnSync(
    process.execPath,
    [fileURLToPath(new URL('./soak.js', import.meta.url))],
    {
      encoding: 'utf8',
      env: { ...process.env, NODE_TEST_CONTEXT: undefined, REQUESTS: '10000', RELOADS: '3' },
    },
  )
  assert.match(stdout, /requests over 3 reloads of 2 workers .*: 0 failed; the primary ended with 0/)
  assert.equal(status, 0)
  t.diagnostic(stdout.trim())
})
