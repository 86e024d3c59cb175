import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { it } from 'node:test'
import { fileURLToPath } from 'node:url'

// CI runs this one on macOS and Windows as well: it asks nothing of the system that they have not. What Node.js means to
// take away some day is an error here, on each Node.js.
it(
  'serves, contains a crash, reloads and stops, without a signal, and uses nothing deprecated',
  { timeout: 120_000 },
  async (t) => {
    const program = fork(fileURLToPath(new URL('../fixtures/any-system.js', import.meta.url)), {
      env: { ...process.env, NODE_TEST_CONTEXT: undefined },
      execArgv: ['--pending-deprecation', '--throw-deprecation'],
    })
    t.after(() => program.kill('SIGKILL'))
    const exit = once(program, 'exit')
    const [{ port }] = (await once(program, 'message')) as [{ port: number }]

    const ask = async (path: string) => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })
      return { status: response.status, pid: await response.text() }
    }
    /** Asks until two workers other than these have answered; each answer is a 200. */
    const twoOthers = async (old: Set<string>) => {
      const pids = new Set<string>()
      for (let asked = 0; pids.size < 2 && asked < 500; asked++) {
        const { status, pid } = await ask('/')
        assert.equal(status, 200)
        if (!old.has(pid)) pids.add(pid)
      }
      assert.equal(pids.size, 2)
      return pids
    }

    const first = await twoOthers(new Set([String(program.pid)]))
    assert.equal((await ask('/throw')).status, 500)
    assert.equal((await ask('/reload')).status, 200)
    const second = await twoOthers(first)
    assert.ok(second.has((await ask('/close')).pid))
    assert.deepEqual(await exit, [0, null])
  },
)
