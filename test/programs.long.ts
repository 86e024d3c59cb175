/** Queue consumers, and what else serves nothing and goes on. */
import assert from 'node:assert/strict'
import { rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, it } from 'node:test'
import { Desk } from './support/desk.ts'
import { load, mixedClients } from './support/load.ts'
import { freePort } from './support/port.ts'
import { sendSignal } from './support/program.ts'
import { Queue } from './support/queue.ts'
import { check, checkSoFar, reload, run } from './support/unserving.ts'

describe('a queue consumer', () => {
  for (const [end, job] of [
    ['closes', 60],
    // Longer than code is waited for that leaves no trace of what it waits for.
    ['flag', 2000],
    ['message', 60],
  ] as const)
    it(`finishes the job in hand at every reload, scaling and stop (${end})`, async (t) => {
      const queue = await Queue.open(t)
      const program = run(t, 'consumer.cjs', { workers: 2 }, { PORT: queue.port, END: end, JOB: String(job) })
      await program.sees(/running, 2 workers, primary pid/)
      await reload(program)
      await queue.works(2)
      if (end === 'closes') {
        // From here on each connection is one of a worker that stays: of the reload, none is left.
        await queue.until(() => queue.consumers.size === 2, 'two consumers')
        program.kill('SIGTTIN')
        await queue.until(() => queue.consumers.size === 3, 'three consumers')
        program.kill('SIGTTOU')
        await queue.until(() => queue.consumers.size === 2, 'two consumers again')
        program.kill('SIGTTOU')
        await queue.until(() => queue.consumers.size === 1, 'one consumer')
        await queue.works(4)
        checkSoFar(queue, 1)
        const [victim] = program.workers()
        sendSignal(victim, 'SIGKILL')
        await queue.until(
          () => queue.consumers.size === 1 && !queue.consumers.has(victim!),
          'another consumer',
        )
        await queue.works(4)
      }
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      await queue.until(() => queue.consumers.size === 0, 'nobody left')
      check(queue, end === 'closes' ? 1 : 0)
      assert.doesNotMatch(program.output, /left behind|killed: /)
    })

  it('is alone where it is to be', async (t) => {
    const queue = await Queue.open(t)
    const options = { reload: { surge: 0, soak: 100 } }
    // Longer than a boot.
    const program = run(t, 'consumer.cjs', options, { PORT: queue.port, JOB: '600' })
    await program.sees(/running, 1 worker,/)
    await reload(program)
    await queue.works(1)
    const [worker] = program.workers()
    // A signal to a worker has it replaced, as does a limit.
    sendSignal(worker, 'SIGTERM')
    await queue.until(() => queue.consumers.size === 1 && !queue.consumers.has(worker!), 'another consumer')
    await queue.works(1)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.equal(queue.mostConsumers, 1)
    check(queue, 0)
  })
})

describe('a program that serves nothing', () => {
  it('is ready when it says so, and only then if that is wanted', async (t) => {
    const options = { readyAfter: 'message', bootTimeout: 1000 }
    const says = run(t, 'script.cjs', { ...options, bootTimeout: 20_000 }, { SAYS: 'ready', AFTER: 'never' })
    const silent = run(t, 'script.cjs', options, { SAYS: 'hello', AFTER: 'never' })
    await says.sees(/worker 0 .* is ready after/)
    assert.equal(await silent.ends(), 1)
    assert.match(
      silent.output,
      /not ready after 1000 ms: .* has not said that it is, by process.send\('ready'\)/,
    )
  })

  it('is contained, watched and rolled back as one that serves', async (t) => {
    const TROUBLE = path.join(new Desk(t).root, 'trouble')
    const queue = await Queue.open(t)
    const options = { workers: 2, hangTimeout: 3000, lagWarning: 0 }
    const program = run(t, 'consumer.cjs', options, { PORT: queue.port, TROUBLE })
    await program.sees(/running, 2 workers/)

    let since = program.output.length
    writeFileSync(TROUBLE, 'throw')
    await program.sees(/crashed, Error: of the job.*serves on[^]*drains: crash[^]*is gone/, since)
    assert.equal(queue.lost.length, 0, 'the job in hand goes on')

    since = program.output.length
    writeFileSync(TROUBLE, 'hang')
    await program.sees(/hangs: for \d+ ms\n +at consume [^]*is gone: killed: hung[^]*is ready/, since)
    assert.equal(queue.lost.length, 1, `only the job that hangs is lost: ${program.output}`)

    writeFileSync(`${TROUBLE}-at-boot`, '')
    const before = program.workers()
    await reload(program)
    assert.match(program.output, /Reload stopped: .*exit code 9. Serving now: 2 on generation 1/)
    assert.deepEqual(program.workers(), before)
    await queue.works(4)
    rmSync(`${TROUBLE}-at-boot`)

    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    check(queue, 1)
  })

  it('may listen all the same, for a probe say', async (t) => {
    const [queue, port] = [await Queue.open(t), await freePort()]
    const program = run(t, 'consumer.cjs', { workers: 2 }, { PORT: queue.port, HEALTH: String(port) })
    await program.sees(/started with --no-listen/)
    await program.sees(/listening on .*, 2 workers/)
    const clients = load(mixedClients(2, { port }, { expect: 'well' }))
    await reload(program)
    await queue.works(4)
    await clients.stop()
    assert.deepEqual(clients.failures, [])
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    check(queue, 0)
  })
})
