import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { get } from './support/http.ts'
import { type Program, sendSignal, start } from './support/program.ts'
import { Queue } from './support/queue.ts'

function run(t: TestContext, app: string, options: object, env: Record<string, string> = {}): Program {
  const OPTIONS = JSON.stringify({ listen: false, readyAfter: 100, reload: { soak: 100 }, ...options })
  return start(t, 'supervised.js', { env: { APP: `programs/${app}`, OPTIONS, ...env } })
}

/** How often that has been seen. */
function count(program: Program, pattern: RegExp): number {
  return program.output.match(pattern)?.length ?? 0
}

async function reload(program: Program): Promise<void> {
  const since = program.output.length
  program.kill('SIGHUP')
  await program.sees(/reload done|Reload stopped/, since)
}

/** No job was done twice, and none is missing but those that the queue itself had taken back. */
function check({ done, handedOut, lost }: Queue, mayLose: number): void {
  assert.equal(new Set(done).size, done.length, 'a job was done twice')
  assert.equal(done.length + lost.length, handedOut)
  assert.ok(lost.length <= mayLose, `lost: ${lost.join()}`)
}

describe('a queue consumer', () => {
  for (const end of ['closes', 'flag', 'message'])
    it(`finishes the job in hand at every reload, scaling and stop (${end})`, async (t) => {
      const queue = await Queue.open(t)
      const program = run(t, 'consumer.cjs', { workers: 2 }, { PORT: queue.port, END: end })
      await program.sees(/running, 2 workers, primary pid/)
      for (let round = 0; round < 2; round++) {
        await reload(program)
        await queue.works(4)
      }
      if (end === 'closes') {
        program.kill('SIGTTIN')
        await queue.until(() => queue.consumers.size === 3, 'three consumers')
        program.kill('SIGTTOU')
        await queue.until(() => queue.consumers.size === 2, 'two consumers')
        program.kill('SIGTTOU')
        await queue.until(() => queue.consumers.size === 1, 'one consumer')
        await queue.works(4)
        check(queue, 1)
        const [victim] = program.workers()
        sendSignal(victim, 'SIGKILL')
        await queue.until(() => queue.consumers.size === 1 && !queue.consumers.has(victim!), 'another consumer')
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
    const program = run(t, 'consumer.cjs', options, { PORT: queue.port })
    await program.sees(/running, 1 worker,/)
    await reload(program)
    await queue.works(2)
    const [worker] = program.workers()
    // A signal to a worker has it replaced, as does a limit.
    sendSignal(worker, 'SIGTERM')
    await queue.until(() => queue.consumers.size === 1 && !queue.consumers.has(worker!), 'another consumer')
    await queue.works(2)
    program.kill('SIGTERM')
    assert.equal(await program.ends(), 0)
    assert.equal(queue.mostConsumers, 1)
    check(queue, 0)
  })
})
