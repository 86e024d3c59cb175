import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { order } from './support/events.ts'
import { get } from './support/http.ts'
import { type Program, start } from './support/program.ts'

interface Begun {
  program: Program
  answer: ReturnType<typeof get>
  port: number
}

/** A program with a slow request in flight. */
async function begin(t: TestContext, workers: number): Promise<Begun> {
  const program = start(t, 'closes.js', { env: { OPTIONS: JSON.stringify({ workers }) } })
  const port = await program.listens()
  const answer = get(port, '/slow')
  answer.catch(() => {})
  await program.sees(/slow request begins/)
  return { program, answer, port }
}

const answered = 'slow request ends'

/** In which process each is tried: by a message to the primary, or to a single process; by a request to a worker. */
for (const [role, workers] of [
  ['primary', 1],
  ['worker', 1],
  ['single', 0],
] as const)
  describe(`closing, in the ${role}`, () => {
    const tell = ({ program, port }: Begun, path: string): void => {
      if (role === 'worker') get(port, path).catch(() => {})
      else program.child.send(path)
    }

    it('the signal of listen closes the cluster, and nothing is lost', async (t) => {
      const begun = await begin(t, workers)
      tell(begun, '/abort')
      assert.equal((await begun.answer).body, 'slow')
      if (role !== 'worker') begun.program.child.disconnect()
      assert.equal(await begun.program.ends(), 0)
      if (workers)
        assert.deepEqual(order(begun.program, ['close in primary', answered, 'close in worker']), [
          'close in primary',
          answered,
          'close in worker',
        ])
      else
        assert.deepEqual(order(begun.program, [answered, 'close in single']), [answered, 'close in single'])
    })

    it('a callback of close is called when there is nothing left to answer', async (t) => {
      const begun = await begin(t, workers)
      tell(begun, '/callback')
      assert.equal((await begun.answer).body, 'slow')
      await begun.program.sees(new RegExp(`callback in ${role}`))
      const steps = [answered, `callback in ${role}`]
      assert.deepEqual(order(begun.program, steps), steps)
    })

    it('the signal of close cuts what is in flight', async (t) => {
      const begun = await begin(t, workers)
      tell(begun, '/cut')
      await assert.rejects(begun.answer, { code: 'ECONNRESET' })
      if (role === 'worker') assert.equal(await begun.program.ends(), 0)
      else await begun.program.sees(new RegExp(`close resolved in ${role}`))
      assert.doesNotMatch(begun.program.output, /slow request ends/)
    })
  })

describe('shutdown code of the app that closes', () => {
  it('closes nothing but its own worker, in a reload', async (t) => {
    const options = JSON.stringify({ workers: 1, reload: { soak: 50 } })
    const program = start(t, 'closes.js', { env: { OPTIONS: options, AT_END: 'yes' } })
    const port = await program.listens()
    const [old] = program.workers()
    program.kill('SIGHUP')
    await program.sees(new RegExp(`callback at the end of ${old}`))
    await program.sees(/gone: drained/)
    assert.equal((await get(port)).body, 'hello')
    assert.doesNotMatch(program.output, /close in primary/)
  })
})

describe('await using', () => {
  it('closes the cluster where the primary leaves its scope, and not where a worker does', async (t) => {
    const { program, answer, port } = await begin(t, 1)
    assert.equal((await get(port, '/dispose')).body, 'disposing')
    assert.equal((await get(port)).body, 'hello')
    program.child.send('/dispose')
    assert.equal((await answer).body, 'slow')
    program.child.disconnect()
    assert.equal(await program.ends(), 0)
    const steps = ['close in primary', answered, 'disposed in worker', 'disposed in primary']
    assert.deepEqual(order(program, steps), steps)
  })
})

for (const workers of [1, 0])
  it(`a signal that is aborted already ends it before it serves (workers: ${workers})`, async (t) => {
    const program = start(t, 'closes.js', { env: { OPTIONS: JSON.stringify({ workers }), AT_ONCE: 'yes' } })
    await program.sees(/not ready: ERR_CLUSTERED_CLOSING/)
    program.child.disconnect()
    assert.equal(await program.ends(), 0)
    assert.doesNotMatch(program.output, /is ready|error/)
  })
