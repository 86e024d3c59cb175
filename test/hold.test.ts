import assert from 'node:assert/strict'
import { cpSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { fileURLToPath } from 'node:url'
import { hold } from '@clustered/core'
import { order } from './support/events.ts'
import { get } from './support/http.ts'
import { start } from './support/program.ts'
import { temporaryFolder } from './support/temporary-folder.ts'

for (const workers of [1, 0])
  describe(`held work (${workers ? 'a worker' : 'single mode'})`, () => {
    const env = (more = {}) => ({ env: { OPTIONS: JSON.stringify({ workers, ...more }) } })

    it('is waited for, and onShutdown comes after it', async (t) => {
      const program = start(t, 'lifecycle.js', env())
      const port = await program.listens()
      assert.equal((await get(port, '/hold?ms=1500')).body, 'true', 'hold returns what it was given')
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      const steps = ['onDrain begins', 'held work ends', 'onShutdown begins']
      assert.deepEqual(order(program, steps), steps)
    })

    it('is waited for, whichever copy of the package holds it', async (t) => {
      const folder = temporaryFolder()
      const lib = fileURLToPath(new URL('.', import.meta.resolve('@clustered/core')))
      cpSync(lib, path.join(folder, 'lib'), { recursive: true })
      writeFileSync(path.join(folder, 'package.json'), '{}')
      const copy = path.join(folder, 'lib/index.js')
      const program = start(t, 'lifecycle.js', { env: { ...env().env, COPY: copy } })
      const port = await program.listens()
      assert.equal((await get(port, '/hold-by-copy')).body, 'true')
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      assert.match(program.output, /held work ends\nonShutdown begins/)
    })

    it('may hold more', async (t) => {
      const program = start(t, 'lifecycle.js', env())
      const port = await program.listens()
      await get(port, '/hold-twice')
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      assert.match(program.output, /held work of held work ends\nonShutdown begins/)
    })

    it('is left behind at drainTimeout', async (t) => {
      const program = start(t, 'lifecycle.js', env({ drainTimeout: 700 }))
      const port = await program.listens()
      await get(port, '/hold?ms=forever')
      await get(port, '/hold?ms=60000')
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      assert.match(program.output, /held work has not ended by drainTimeout: 2 promises are left behind/)
      assert.match(program.output, /onShutdown ends/)
      assert.doesNotMatch(program.output, /killed/)
    })

    it('that fails is reported and ends nothing', async (t) => {
      const program = start(t, 'lifecycle.js', env())
      const port = await program.listens()
      const { body: pid } = await get(port, '/pid')
      await get(port, '/hold-failure')
      await program.sees(/held work failed: Error: held work failed as told/)
      assert.equal((await get(port, '/pid')).body, pid)
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
    })
  })

describe('hold', () => {
  it('does nothing where nothing serves', async () => {
    const work = Promise.resolve('done')
    assert.equal(hold(work), work)
    const failure = Promise.reject(new Error('no'))
    await assert.rejects(hold(failure), { message: 'no' })
  })
})
