import assert from 'node:assert/strict'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { WebSocket } from 'ws'
import { balances } from './support/balances.ts'
import { order } from './support/events.ts'
import { get } from './support/http.ts'
import { type Program, start } from './support/program.ts'

const env = (options: object, hooks: object = {}) => ({
  env: { OPTIONS: JSON.stringify(options), HOOKS: JSON.stringify(hooks) },
})

const steps = [
  'onReady begins',
  'onReady ends',
  'slow request begins',
  'onDrain begins',
  'onDrain ends',
  'slow request ends',
  'onShutdown begins',
  'onShutdown ends',
]

async function beginSlowRequest(
  program: Program,
  port: number,
  ms: number,
): Promise<{ answer: ReturnType<typeof get> }> {
  const answer = get(port, `/slow?ms=${ms}`)
  answer.catch(() => {})
  await program.sees(/slow request begins/)
  return { answer }
}

for (const workers of [1, 0])
  describe(`hooks (${workers ? 'a worker' : 'single mode'})`, () => {
    it('run in order: ready, drain beside what is in flight, shutdown after it', async (t) => {
      const program = start(t, 'lifecycle.js', env({ workers }))
      const port = await program.listens()
      await program.sees(/onReady ends/)
      const { answer } = await beginSlowRequest(program, port, 3000)
      program.kill('SIGTERM')
      assert.equal((await answer).body, 'slow')
      assert.equal(await program.ends(), 0)
      assert.deepEqual(order(program, steps), steps)
      if (workers) assert.match(program.output, /onShutdown ends[^]*is gone: drained/)
    })

    it('change nothing when they throw, and the log says which', async (t) => {
      const hooks = { onReady: 'throw', onDrain: 'throw', onShutdown: 'throw' }
      const program = start(t, 'lifecycle.js', env({ workers }, hooks))
      const port = await program.listens()
      await program.sees(/onReady failed/)
      const { answer } = await beginSlowRequest(program, port, 1000)
      program.kill('SIGTERM')
      assert.equal((await answer).body, 'slow')
      assert.equal(await program.ends(), 0)
      for (const name of Object.keys(hooks)) {
        const who = workers ? String.raw`worker 0 \(pid \d+\): ` : ''
        assert.match(
          program.output,
          new RegExp(`^\\[clustered\\] error: ${who}${name} failed: Error: ${name} failed as told$`, 'm'),
        )
      }
      assert.match(program.output, /onDrain failed as told\n {4}at .*lifecycle\.js/, 'the stack is on stderr')
    })

    it('are left behind when they never end', async (t) => {
      const program = start(
        t,
        'lifecycle.js',
        env({ workers, drainTimeout: 1000 }, { onDrain: 'forever', onShutdown: 'forever' }),
      )
      await program.listens()
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      assert.match(program.output, /onDrain has not ended after \d+ ms: it is left behind/)
      assert.match(program.output, /onShutdown has not ended after 1000 ms: it is left behind/)
      assert.doesNotMatch(program.output, /killed/)
    })

    it('have onDrain wait for onReady', async (t) => {
      const program = start(t, 'lifecycle.js', env({ workers }, { onReady: 1000 }))
      await program.listens()
      await program.sees(/onReady begins/)
      program.kill('SIGTERM')
      assert.equal(await program.ends(), 0)
      assert.deepEqual(order(program, steps), [...steps.slice(0, 2), ...steps.slice(3, 5), ...steps.slice(6)])
    })
  })

describe('hooks', () => {
  it('run when a worker leaves because its primary has died', async (t) => {
    const program = start(t, 'lifecycle.js', env({ workers: 1 }, { onDrain: 'throw' }))
    await program.listens()
    await program.sees(/onReady ends/)
    program.kill('SIGKILL')
    await program.silent
    assert.match(program.output, /^\[clustered\] error: onDrain failed/m)
    assert.match(program.output, /onShutdown ends/)
  })
})

for (const balance of balances)
  describe(`onDrain in a reload (${balance})`, () => {
    const options = env({ workers: 2, balance, reload: { soak: 50 } })

    it('closes WebSockets with 1012, which their clients see', async (t) => {
      const program = start(t, 'lifecycle.js', options)
      const port = await program.listens()
      const clients = Array.from({ length: 10 }, () => new WebSocket(`ws://127.0.0.1:${port}`))
      await Promise.all(clients.map((client) => once(client, 'message')))
      const closed = Promise.all(clients.map(async (client) => (await once(client, 'close'))[0] as number))
      program.kill('SIGHUP')
      assert.deepEqual(
        await closed,
        clients.map(() => 1012),
      )
      await program.sees(/reload done/)
      const again = new WebSocket(`ws://127.0.0.1:${port}`)
      t.after(() => again.terminate())
      await once(again, 'message')
    })

    it('ends event streams with their last event', async (t) => {
      const program = start(t, 'lifecycle.js', options)
      const port = await program.listens()
      const streams = Array.from({ length: 6 }, async () => {
        const response = await fetch(`http://127.0.0.1:${port}/events`)
        return { text: response.text() }
      })
      // Each has its head, so its worker has it.
      const begun = await Promise.all(streams)
      program.kill('SIGHUP')
      for (const { text } of begun) assert.equal(await text, 'data: hello\n\nevent: bye\ndata: bye\n\n')
      await program.sees(/reload done/)
    })
  })

describe('several places to listen at in single mode', () => {
  it('close together: each drains, then the hooks of every call run', async (t) => {
    const program = start(t, 'two-places.js')
    const listening = /listening on \S*?:(\d+), single mode/g
    const ports = await program.until(() => {
      const found = [...program.output.matchAll(listening)].map(([, port]) => Number(port))
      return found.length === 2 && found
    }, 'two places')
    const answers = ports.map((port) => get(port))
    await program.sees(/slow request begins[^]*slow request begins/)
    program.kill('SIGTERM')
    for (const answer of answers) assert.equal((await answer).body, 'slow')
    assert.equal(await program.ends(), 0)
    assert.match(program.output, /onShutdown 500\nonShutdown 3000\n/)
  })
})
