/** What happens under minutes of trouble, told by the model's clock. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import { pass, readyCluster } from './ready-cluster.ts'

const error = { name: 'Error', message: 'of the model', code: undefined, stack: '' }
const minute = 60_000

it('errors that are contained take no worker away, and boots grow rare', async () => {
  for (const perSecond of [1, 10, 100]) {
    const { world, cluster } = await readyCluster({ workers: 2 })
    await pass(world, minute, 1000 / perSecond, () => {
      const serving = world.processes.filter(({ state }) => state === 'ready')
      assert.ok(serving.length >= 2, 'both slots are served')
      for (const worker of serving) worker.say({ type: 'crash', error, contained: true })
    })
    assert.ok(
      world.spawns.length >= 5 && world.spawns.length <= 14,
      `${world.spawns.length} boots in a minute`,
    )
    await pass(world, minute)
    const crashed = cluster.workers.filter(({ state }) => state === 'ready').map(({ pid }) => pid)
    assert.equal(crashed.length, 2)
    await pass(world, 10 * minute)
    assert.equal(cluster.workers.length, 2)
  }
})

it('a single error after a quiet time is followed by a replacement at once', async () => {
  const { world } = await readyCluster({ workers: 2 })
  for (let time = 0; time < 5; time++) {
    const boots = world.spawns.length
    world.processes.find(({ state }) => state === 'ready')!.say({ type: 'crash', error, contained: true })
    assert.equal(world.spawns.length, boots + 1)
    await pass(world, minute)
  }
})

it('workers that die as soon as they are ready are replaced within about a second, and not more often', async () => {
  const { world } = await readyCluster({ workers: 2 })
  let emptySince: number | undefined
  let longest = 0
  await pass(world, minute, 5, () => {
    const serving = world.processes.filter(({ state }) => state === 'ready')
    const now = world.clock.now()
    if (serving.length > 0) emptySince = undefined
    else longest = Math.max(longest, now - (emptySince ??= now))
    for (const worker of serving) worker.exit(1)
  })
  assert.ok(world.spawns.length <= 2 * 65, `${world.spawns.length} boots of two slots in a minute`)
  assert.ok(longest < 1500, `nobody served for ${longest} ms`)
})

it('boots that fail are tried ever more rarely', async () => {
  const { world, cluster } = await readyCluster({ workers: 2 })
  world.fate = () => 'fails'
  for (const worker of world.alive) worker.exit(1)
  await pass(world, 2 * minute)
  assert.ok(world.spawns.length <= 2 * 14, `${world.spawns.length} boots in two minutes`)
  world.fate = () => 'listens'
  await pass(world, minute)
  assert.equal(cluster.workers.length, 2)
})
