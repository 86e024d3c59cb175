import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SlotInfo } from '@clustered/core'
import { balances } from './support/balances.ts'
import { get, pidsOf } from './support/http.ts'
import { eventually, start } from './support/program.ts'

describe('a worker that leaves', () => {
  for (const balance of balances)
    it(`is replaced after kill -9, and its sibling answers meanwhile (${balance})`, async (t) => {
      const program = start(t, 'server.js', { env: { OPTIONS: JSON.stringify({ workers: 2, balance }) } })
      const port = await program.listens()
      const [victim] = program.workers()
      const before = program.output.length
      process.kill(victim!, 'SIGKILL')
      for (let asked = 0; asked < 50; asked++) assert.equal((await get(port)).body, 'hello')
      await program.sees(/worker \d \(pid \d+\) is ready/, before)
      const pids = await pidsOf(port, 2)
      assert.equal(pids.size, 2)
      assert.ok(!pids.has(victim!))
      assert.match(program.output, new RegExp(`pid ${victim}\\) is gone: killed by SIGKILL`))
      await eventually(async () => {
        const [state, slots] = JSON.parse((await get(port, '/slots')).body) as [string, SlotInfo[]]
        const last = slots.flatMap(({ lastFailure }) => lastFailure ?? [])
        assert.deepEqual([last[0]?.pid, last[0]?.signal, last.length], [victim, 'SIGKILL', 1])
        return state === 'ready' && slots.every((slot) => slot.state === 'ready')
      }, 'a worker knows of the slots')
    })

  it('is replaced when it crashes, and the log says of what', async (t) => {
    const program = start(t, 'server.js', { env: { OPTIONS: '{"workers":1}' } })
    const port = await program.listens()
    const before = program.output.length
    assert.equal((await get(port, '/crash')).status, 500)
    await program.sees(/is gone: exit code 1, Error: crashed as told/, before)
    await program.sees(/is ready/, before)
    assert.equal((await get(port)).body, 'hello')
  })

  it('is replaced when it ends by itself', async (t) => {
    const program = start(t, 'server.js', { env: { OPTIONS: '{"workers":1}' } })
    const port = await program.listens()
    const before = program.output.length
    const { status, headers } = await get(port, '/exit?code=0')
    assert.equal(status, 503)
    assert.equal(headers['retry-after'], '1')
    await program.sees(/is gone: exit code 0/, before)
    await program.sees(/is ready/, before)
  })

  it('in a crash loop is tried again ever more slowly, said loudly, and never given up', async (t) => {
    const program = start(t, 'crash-loop.js')
    const port = await program.listens()
    await get(port)
    await program.sees(/crash loop: 4 failures in a row/)
    const delays = [...program.output.matchAll(/the next boot is in (\d+) ms/g)].map(([, delay]) =>
      Number(delay),
    )
    for (const [index, delay] of delays.entries())
      assert.ok(delay >= 75 * 2 ** index && delay <= 100 * 2 ** index, `delays: ${delays}`)
  })

  it('is replaced before it stops accepting, when signalled', async (t) => {
    const program = start(t, 'server.js', { env: { OPTIONS: '{"workers":1}' } })
    const port = await program.listens()
    const [worker] = program.workers()
    const before = program.output.length
    process.kill(worker!, 'SIGINT')
    await eventually(async () => Number((await get(port, '/pid')).body) !== worker, 'another worker answers')
    await program.sees(/is ready[^]*drains: SIGINT[^]*is gone: drained/, before)
    assert.equal(program.workers().length, 1)
  })
})
