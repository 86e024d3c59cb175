import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'
import { type Program, sendSignal, start } from './support/program.ts'

function startLoop(t: TestContext, LOOP: string, env: Record<string, string> = {}): Program {
  return start(t, 'fork-loop.js', { env: { LOOP, ...env } })
}

function warnings(program: Program): string[] {
  return program.output.match(/warning: the program .*/g) ?? []
}

describe('what is left of a fork loop', { concurrency: 3 }, () => {
  it('forks nothing when a worker leaves, and the log names it once', async (t) => {
    const program = startLoop(t, 'exit')
    const port = await program.listens()
    program.kill('SIGHUP')
    await program.sees(/reload done/)
    await program.until(
      () => program.output.match(/is gone: drained/g)?.length === 2,
      'the last of the old workers',
    )
    assert.equal((await get(port)).status, 200)
    assert.equal(program.workers().length, 2)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.equal(warnings(program).length, 1, program.output)
    assert.match(program.output, /calls cluster\.fork\(\) at \S*fork-loop\.js:9:\d+, .* delete the fork loop/)
    assert.doesNotMatch(program.output, /single mode|TypeError/)
  })

  it('makes no storm when it forks before Clustered does', async (t) => {
    const program = startLoop(t, 'before', { PORT: String(await freePort()) })
    await Promise.race([program.listens(), program.ends()])
    assert.match(program.output, /has called cluster\.fork\(\) before listen\(\)\. .* delete the fork loop/)
    sendSignal(program.pid, 'SIGTERM')
    await program.ends()
    assert.ok((program.output.match(/EADDRINUSE/g)?.length ?? 0) <= 3, program.output)
  })

  it('makes no storm when it has kept the way to fork', async (t) => {
    const program = startLoop(t, 'kept')
    await program.listens()
    process.kill(program.workers()[0]!, 'SIGKILL')
    await program.sees(/has forked this process \(pid \d+\) itself, .*serves nothing/)
    await program.until(
      () => program.output.match(/is ready after/g)?.length === 3,
      'the worker that follows',
    )
    assert.equal(program.workers().length, 3)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })

  it('is said once where it makes every worker one in single mode', async (t) => {
    const program = startLoop(t, 'branch')
    await program.until(() => program.output.match(/single mode \(pid/g)?.length === 2, 'two that listen')
    assert.equal(warnings(program).length, 1, program.output)
    assert.match(program.output, /has forked this process .*serves in single mode.* Delete the fork loop/)
  })

  it('is none where pm2 forks', async (t) => {
    const program = startLoop(t, 'branch', { exec_mode: 'cluster_mode', pm_id: '0' })
    await program.until(() => program.output.match(/single mode \(pid/g)?.length === 2, 'two that listen')
    assert.deepEqual(warnings(program), [])
  })
})
