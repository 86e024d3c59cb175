import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { WorkerInfo } from '../../cluster.ts'
import { pass, readyCluster } from '../model/ready-cluster.ts'

it('tells 64 workers of all of them a few times, and not at each change', async () => {
  const { world, cluster } = await readyCluster({ workers: 64, reload: { surge: 8, soak: 0 } })
  let told = 0
  world.onSend = (_worker, { type }) => void (type === 'workers' && told++)
  const done = cluster.reload()
  await pass(world, 10_000)
  await done
  // Each of 64 boots, becomes ready, drains and exits.
  assert.ok(told < 64 * 32, `${told} times one worker was told`)
  for (const { news } of world.alive) assert.deepEqual(news, cluster.workers)
})

it('has told a worker of all that a call has done, when it answers the call', async () => {
  const { world, cluster } = await readyCluster({ workers: 32 })
  const caller = world.alive[0]!
  let atAnswer: readonly WorkerInfo[] = []
  world.onSend = ({ news }, { type }) => {
    if (type === 'call-reply') atAnswer = news
  }
  caller.say({ type: 'call', id: 1, call: { method: 'scale', workers: 64 } })
  await pass(world, 10_000)
  assert.equal(atAnswer.filter(({ state }) => state === 'ready').length, 64)
  assert.equal(cluster.workers.length, 64)
})
