import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ScaleStep } from '@clustered/core'
import { load, mixedClients, nodeClients } from './support/load.ts'
import { start } from './support/program.ts'

const times = { busy: 2000, idle: 3000, rest: 1000 }

it('workers become more when they are busy and fewer when they are not, and no request fails', async (t) => {
  const program = start(t, 'held.js', {
    env: { OPTIONS: '{"workers":{"min":1,"max":2}}', TIMES: JSON.stringify(times) },
  })
  const port = await program.listens()
  assert.match(program.output, /listening on \S+, 1 worker,/)
  const steps = (): (ScaleStep & { workers: number })[] =>
    [...program.output.matchAll(/^scale: (.*)$/gm)].map(([, step]) => JSON.parse(step!))
  const steady = load(mixedClients(1, { port }, { path: '/wait?ms=20', expect: 'done' }))
  // On connections of their own: those that are open already stay where they are.
  const heavy = load(nodeClients(6, { port }, { path: '/hold?ms=20', expect: 'done' }, false))

  await program.sees(/scale to 2 workers \(1 before\): utilization (1\.00|0\.\d\d) over 2 s/)
  await program.sees(/worker 1 \S+ \d+\) is ready/)
  await heavy.stop()
  await program.sees(/scale to 1 worker \(2 before\): utilization 0\.[0-2]\d over 3 s/)
  await program.sees(/worker 1 .* is gone: drained/)
  await steady.stop()

  assert.deepEqual([...heavy.failures, ...steady.failures], [])
  const [up, down] = steps()
  assert.ok(up!.utilization! > 0.8 && down!.utilization! < 0.3, JSON.stringify(steps()))
  assert.deepEqual(
    steps().map(({ workers, from, reason, over }) => [workers, from, reason, over]),
    [
      [2, 1, 'busy', 2000],
      [1, 2, 'idle', 3000],
    ],
  )
  assert.equal(program.workers().length, 1)
})
