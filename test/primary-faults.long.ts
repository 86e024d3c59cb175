import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { get } from './support/http.ts'
import { load, mixedClients } from './support/load.ts'
import { eventually, isAlive, type Program, sendSignal, start } from './support/program.ts'

const fixture = 'primary-faults.js'

/** A killed worker is replaced, a reload works, a stop ends with 0; and nobody else notices. */
async function goesOn(program: Program, port: number): Promise<void> {
  const clients = load(mixedClients(2, { port }, { expect: 'hello' }))
  assert.equal(await program.call('reload'), 'ok')
  await clients.stop()
  assert.deepEqual(clients.failures, [])
  assert.equal((await get(port)).body, 'hello')
  const workers = program.workers()
  sendSignal(workers[0], 'SIGKILL')
  await eventually(
    () => program.workers().length === 2 && !program.workers().includes(workers[0]!),
    'another worker',
  )
  assert.ok(isAlive(program.pid))
  program.kill('SIGTERM')
  assert.equal(await program.ends(), 0)
  assert.equal(program.output.match(/callback: /g)?.length, 1)
}

describe("the user's code in the primary", () => {
  for (const [fault, times] of Object.entries({
    // At 'worker:boot' and 'worker:ready'.
    'every listener throws, rejects, or throws what cannot be shown': 2,
    'the callback throws': 1,
    // An 'error' event that nobody hears is an error like the second.
    "a rejection, an error, an odd error and an 'error' event of the module": 3,
    'a listener of node:cluster throws': 0,
  }))
    it(`is reported and changes nothing else: ${fault}`, async (t) => {
      const program = start(t, fixture, { env: { FAULT: fault } })
      const port = await program.listens()
      const reports = /error: .*; the cluster goes on\. (Error: of the user\n\s+at |Uncaught)/g
      await program.until(() => (program.output.match(reports)?.length ?? 0) >= times, `${times} reports`)
      await goesOn(program, port)
      assert.doesNotMatch(program.output, /could not be started/)
    })

  it('may throw in the logger: the lines are lost, and that is said once', async (t) => {
    for (const fault of ['the logger throws', 'the logger rejects']) {
      const program = start(t, fixture, { env: { FAULT: fault } })
      await program.sees(/the logger failed, and log lines are lost: Error: of the user\n\s+at /)
      await program.sees(/callback: ok/)
      assert.equal(await program.call('reload'), 'ok')
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      assert.equal(program.output.match(/log lines are lost/g)?.length, 1)
    }
  })

  it('fails the boot and the reload with what env does, and the next good reload works', async (t) => {
    const program = start(t, fixture, { env: { FAULT: 'env' } })
    const port = await program.listens()
    const clients = load(mixedClients(2, { port }, { expect: 'hello' }))
    for (const [wrong, cause] of Object.entries({
      throws: /could not be started, Error: of the user/,
      rejects: /could not be started, TypeError: env returned a promise/,
      'is too large': /could not be started, Error: spawn E2BIG/,
      'returns nothing': /could not be started, TypeError: env returned undefined; expected an object/,
      'has a value that cannot be one': /could not be started, TypeError/,
    })) {
      program.child.send(`env: ${wrong}`)
      const failed = await program.call('reload')
      assert.ok(typeof failed === 'object')
      assert.equal(failed.code, 'ERR_CLUSTERED_RELOAD_FAILED')
      assert.match(failed.message, cause)
      assert.match(failed.stack ?? '', /\n\s+at /)
      program.child.send('env: ')
      assert.equal(await program.call('reload'), 'ok')
    }
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    await goesOn(program, port)
  })

  it('ends the first boot with its cause', async (t) => {
    const program = start(t, fixture, { env: { FAULT: 'env', WRONG_ENV: 'throws' } })
    await program.sees(/callback: ERR_CLUSTERED_BOOT_FAILED/)
    assert.equal(await program.ends(), 1)
    assert.match(program.output, /The first worker did not come up: could not be started, Error: of the user/)
  })

  it('may call the cluster from anywhere', async (t) => {
    const program = start(t, fixture, { env: { FAULT: 'env calls the cluster' } })
    await program.listens()
    program.kill('SIGHUP')
    await program.sees(/reload done: every slot is on generation 3/)
    await eventually(() => program.workers().length === 3, 'three workers')
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
  })

  it('may write to workers that are gone: each leaves once, for the right reason', async (t) => {
    const program = start(t, fixture, { env: { FAULT: 'it broadcasts to every worker' } })
    const port = await program.listens()
    for (let reload = 0; reload < 3; reload++) assert.equal(await program.call('reload'), 'ok')
    await goesOn(program, port)
    const exits = [...program.output.matchAll(/\(pid (\d+)[^)]*\) is gone/g)].map(([, pid]) => pid)
    assert.equal(new Set(exits).size, exits.length)
    assert.doesNotMatch(program.output, /could not be started/)
  })
})

describe('a worker that writes rubbish', () => {
  it('is not believed, and each says so once', async (t) => {
    const program = start(t, fixture, { env: { OPTIONS: '{"workers":1}' } })
    const port = await program.listens()
    for (const path of [
      '/no-message',
      '/no-type',
      '/adopt-nothing',
      '/bad-vitals',
      '/fd4',
      '/fd4-report',
      '/fd4-endless',
    ]) {
      const since = program.output.length
      for (let time = 0; time < 3; time++) assert.equal((await get(port, path)).body, 'hello')
      await program.sees(/worker 0 \(pid \d+.*\): it sent something that is no message/, since)
      assert.equal((await get(port)).body, 'hello')
      assert.equal(await program.call('reload'), 'ok')
      assert.equal(program.output.slice(since).match(/no message of Clustered/g)?.length, 1, path)
    }
  })

  for (const path of ['/bad-listen', '/fd3'])
    it(`does not end the primary: ${path}`, async (t) => {
      const program = start(t, fixture)
      const port = await program.listens()
      for (let time = 0; time < 3; time++) assert.equal((await get(port, path)).body, 'hello')
      assert.equal(await program.call('reload'), 'ok')
      await goesOn(program, port)
    })
})

const hasStrace = spawnSync('strace', ['-V']).status === 0

describe('a system that refuses', { skip: !hasStrace && !process.env['CI'] && 'needs strace' }, () => {
  for (const error of ['ENOMEM', 'EAGAIN', 'EPERM', 'EMFILE'])
    it(`to fork once (${error}): a failed boot, tried again`, async (t) => {
      const program = start(t, fixture)
      const port = await program.listens()
      const calls = 'fork,vfork,clone,clone3'
      const strace = spawn(
        'strace',
        ['-p', String(program.pid), '-e', `trace=${calls}`, '-e', `inject=${calls}:error=${error}:when=1`],
        { stdio: ['ignore', 'ignore', 'pipe'] },
      )
      t.after(() => strace.kill('SIGKILL'))
      await once(strace.stderr, 'data')
      const since = program.output.length
      process.kill(program.workers()[0]!, 'SIGKILL')
      await program.sees(new RegExp(`could not be started, Error: spawn .*${error}`), since)
      await program.sees(/is ready/, since)
      strace.kill('SIGTERM')
      await once(strace, 'exit')
      await goesOn(program, port)
    })
})
