/** Programs that serve nothing, and come to an end by themselves. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Desk } from './support/desk.ts'
import { count, reload, run } from './support/unserving.ts'

describe('a script', () => {
  /** @returns how often it runs, and what the primary ends with. */
  async function ends(t: TestContext, options: object, env: Record<string, string> = {}) {
    const RUNS = path.join(new Desk(t).root, 'runs')
    const program = run(t, 'script.cjs', options, { RUNS, WEB_CONCURRENCY: '3', ...env })
    const code = await program.ends()
    return { code, runs: readFileSync(RUNS, 'utf8').length, output: program.output }
  }

  it('runs once, and ends with its own exit code', async (t) => {
    const { code, runs, output } = await ends(t, {})
    assert.deepEqual([code, runs], [0, 1])
    assert.match(output, /has ended by itself, and is not started again: exit code 0/)
    assert.doesNotMatch(output, /error/)
    const { output: why, ...failed } = await ends(t, {}, { CODES: '3' })
    assert.deepEqual(failed, { code: 3, runs: 1 })
    assert.match(why, /The first worker did not come up: exit code 3/)
    const { output: _, ...later } = await ends(t, { restart: 'never' }, { CODES: '4', AFTER: '300' })
    assert.deepEqual(later, { code: 4, runs: 1 })
  })

  it('is started again if it failed', async (t) => {
    const { code, runs } = await ends(t, {}, { CODES: '5 6 0', AFTER: '300' })
    assert.deepEqual([code, runs], [0, 3])
  })

  it('is started again whatever it ends with, if that is wanted', async (t) => {
    const program = run(t, 'script.cjs', { restart: 'always' })
    await program.until(() => count(program, /^it runs/gm) === 3, 'three runs')
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })

  it('runs again at a reload, if its primary remains', async (t) => {
    const program = run(t, 'script.cjs', { remainAfterExit: true, workers: 2 }, { AFTER: '200' })
    await program.until(() => count(program, /is not started again/g) === 2, 'two that have finished')
    await reload(program)
    await program.until(() => count(program, /is not started again/g) === 4, 'and again')
    assert.doesNotMatch(program.output, /Reload stopped|backoff/)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })

  it('that nobody has said to serve nothing ends with its own exit code all the same, and is told how', async (t) => {
    const { code, runs, output } = await ends(t, { listen: undefined, readyAfter: undefined })
    assert.deepEqual([code, runs], [0, 1])
    assert.match(output, /ended without listening at any place. If it is to serve nothing .*--no-listen/)
  })
})
