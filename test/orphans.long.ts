import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import type { TestContext } from 'node:test'
import { describe, it } from 'node:test'
import { balances } from './support/balances.ts'
import { get } from './support/http.ts'
import { freePort } from './support/port.ts'
import { eventually, isAlive, type Program, start } from './support/program.ts'

const linuxOnly = process.platform !== 'linux' && 'needs /proc'

/** Starts a program on a port, and sees to it that its workers end with the test when its primary does not. */
async function startOn(
  t: TestContext,
  port: number,
  options: object,
  more: { nodeArgs?: string[] } = {},
): Promise<{ program: Program; workers: number[] }> {
  const env = { LISTEN: `[${port}]`, OPTIONS: JSON.stringify({ workers: 2, lagWarning: 0, ...options }) }
  const program = start(t, 'server.js', { env, ...more })
  await program.listens()
  const workers = program.workers()
  t.after(() => {
    for (const pid of workers) if (isAlive(pid)) process.kill(pid, 'SIGKILL')
  })
  return { program, workers }
}

for (const balance of balances)
  describe(`workers whose primary was killed (${balance})`, { skip: linuxOnly }, () => {
    for (const [state, path] of [
      ['in an endless loop', '/spin'],
      ['in a storm of promises', '/microtasks'],
      ['in a native call', '/native?ms=60000'],
    ] as const)
      it(`end themselves ${state}, and the next start gets the port`, async (t) => {
        const port = await freePort()
        const { program, workers } = await startOn(t, port, { balance, hangTimeout: 3000 })
        const stuck = assert.rejects(get(port, path))
        await program.sees(/standing still/)
        program.kill('SIGKILL')
        const { workers: next } = await startOn(t, port, { balance, hangTimeout: 10_000 })
        await stuck
        await eventually(() => !workers.some((pid) => isAlive(pid)), 'both are gone')
        assert.ok(next.includes(Number((await get(port, '/pid')).body)))
        await program.sees(/ends itself: its primary is gone, and its event loop has not turned/)
      })

    it('end themselves without a hangTimeout too, after 30 s', async (t) => {
      const port = await freePort()
      const { program, workers } = await startOn(t, port, { balance, hangTimeout: 0 })
      const stuck = assert.rejects(get(port, '/spin'))
      await program.sees(/standing still/)
      program.kill('SIGKILL')
      await eventually(() => !workers.some((pid) => isAlive(pid)), 'both are gone')
      await stuck
    })

    it('answer what they have once they can, while the next start waits', async (t) => {
      const port = await freePort()
      const { program } = await startOn(t, port, { balance, workers: 1 })
      const slow = get(port, '/later?ms=5000')
      const blocked = get(port, '/block?ms=4000')
      await program.sees(/blocking/)
      program.kill('SIGKILL')
      const { program: next } = await startOn(t, port, { balance, workers: 1 })
      assert.equal((await blocked).body, 'blocked')
      assert.equal((await slow).body, 'later')
      assert.equal((await get(port)).body, 'hello')
      if (balance === 'kernel') assert.match(next.output, /whose primary is gone: it has 32000 ms to leave/)
    })

    it('go on and answer when they had been stopped, as soon as the next one starts', async (t) => {
      const port = await freePort()
      const { program, workers } = await startOn(t, port, { balance, workers: 1 })
      const slow = get(port, '/slow?ms=500')
      await program.sees(/slow request begins/)
      process.kill(workers[0]!, 'SIGSTOP')
      program.kill('SIGKILL')
      await program.ends()
      await startOn(t, port, { balance, workers: 1 })
      assert.equal((await get(port)).body, 'hello')
      // With round robin it holds no port: nobody finds it, nor has to.
      if (balance === 'round-robin') process.kill(workers[0]!, 'SIGCONT')
      assert.equal((await slow).body, 'slow')
      await eventually(() => !isAlive(workers[0]!), 'it is gone')
    })

    it('end themselves when they turn but do not come to an end', async (t) => {
      const port = await freePort()
      const { program, workers } = await startOn(t, port, { balance, workers: 1, drainTimeout: 500 })
      // A drain ends with `process.exit`, which this app does not let happen.
      assert.equal((await get(port, '/keep')).body, 'kept')
      program.kill('SIGKILL')
      await eventually(() => !isAlive(workers[0]!), 'it is gone')
      await program.sees(/ends itself: its primary is gone, and it still drains after 5500 ms/)
    })
  })

describe('a boot that hangs', { skip: linuxOnly }, () => {
  it('ends when its primary is killed', async (t) => {
    const program = start(t, 'hangs-at-boot.js', { env: { OPTIONS: '{"hangTimeout":2000}' } })
    const [, pid] = await program.sees(/hanging: (\d+)/)
    program.kill('SIGKILL')
    await eventually(() => !isAlive(Number(pid)), 'it is gone')
  })
})

describe('a port that is in use', { skip: linuxOnly }, () => {
  it('by another program: the error names it, and it is left alone', async (t) => {
    const port = await freePort()
    const code = `require('http').createServer((q, r) => r.end('other')).listen(${port}, () => console.log('up'))`
    // Started by a worker, say: what it inherits of the environment makes it no orphan.
    const env = { ...process.env, NODE_OPTIONS: '', SOME_BRIEFING: '{"primary":1}' }
    const other = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'ignore'], env })
    t.after(() => other.kill('SIGKILL'))
    await once(other.stdout, 'data')
    const program = start(t, 'server.js', { env: { LISTEN: `[${port}]` } })
    assert.equal(await program.ends(), 1)
    assert.match(
      program.output,
      new RegExp(`EADDRINUSE.*:${port}, held by pid ${other.pid} \\(node -e require`),
    )
    assert.equal((await get(port)).body, 'other')
  })

  it('by a cluster that lives, stopped or not: likewise', async (t) => {
    const port = await freePort()
    const { program, workers } = await startOn(t, port, { workers: 1 })
    for (const pid of [program.pid, ...workers]) process.kill(pid, 'SIGSTOP')
    const second = start(t, 'server.js', { env: { LISTEN: `[${port}]` } })
    assert.equal(await second.ends(), 1)
    assert.match(second.output, new RegExp(`EADDRINUSE.*held by.*pid ${program.pid} \\(`))
    for (const pid of [program.pid, ...workers]) process.kill(pid, 'SIGCONT')
    assert.equal((await get(port)).body, 'hello')
  })

  it('by an orphan that is debugged: it is named, and left alone', async (t) => {
    if (!balances.includes('kernel')) return t.skip('needs kernel balance')
    const port = await freePort()
    const nodeArgs = ['--inspect=0']
    const { program, workers } = await startOn(t, port, { workers: 1, hangTimeout: 1000 }, { nodeArgs })
    process.kill(workers[0]!, 'SIGSTOP')
    program.kill('SIGKILL')
    await program.ends()
    const second = start(t, 'server.js', { env: { LISTEN: `[${port}]` } })
    assert.equal(await second.ends(), 1)
    assert.match(second.output, new RegExp(`EADDRINUSE.*held by pid ${workers[0]} \\(`))
    assert.ok(isAlive(workers[0]!))
  })
})
