/** Who leads, and when the lead moves, told by the model's clock. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { Settings } from '../../settings.ts'
import { pass, readyCluster } from './ready-cluster.ts'
import type { ModelProcess, World } from './world.ts'

/** A cluster of four that is ready, led by the worker in `slot`, and everybody who has come to lead since. */
async function ledFrom(slot: number, settings: Partial<Settings> = {}) {
  const { world, cluster } = await readyCluster({ workers: 4, ...settings })
  for (let below = slot - 1; below >= 0; below--) processIn(world, below).exit(1)
  await pass(world, 20_000)
  const led: ModelProcess[] = []
  world.onLead = (worker) => led.push(worker)
  const leader = () => cluster.workers.find(({ leads }) => leads)
  assert.equal(leader()?.slot, slot)
  return { world, cluster, led, leader }
}

function processIn(world: World, slot: number): ModelProcess {
  return world.alive.find((worker) => worker.slot === slot)!
}

it('moves once in a reload, from any slot, and to the new code', async () => {
  for (const slot of [0, 1, 2, 3]) {
    const { world, cluster, led, leader } = await ledFrom(slot, {
      reload: { soak: 300, surge: 1 + (slot % 2) },
    })
    const reloaded = cluster.reload()
    await pass(world, 60_000)
    await reloaded
    assert.equal(led.length, 1, `from slot ${slot}`)
    assert.equal(leader()?.generation, 2)
  }
})

it('moves back when a reload is rolled back, and never to code that has yet to show that it stays up', async () => {
  const { world, cluster, led, leader } = await ledFrom(1, { reload: { soak: 1000, surge: 1 } })
  const reloaded = cluster.reload()
  reloaded.catch(() => {})
  world.onDrain = ({ slot }) => {
    // The first of the new code has its place; the second dies while it soaks.
    if (slot === 0) world.fate = () => 'fails'
  }
  await pass(world, 1400)
  processIn(world, 1).exit(1)
  await pass(world, 60_000)
  await assert.rejects(reloaded)
  assert.equal(led.length, 1)
  assert.equal(leader()?.slot, 0)
})

it('stays where it is when others leave, and moves down when its slot is scaled away', async () => {
  const { world, cluster, led, leader } = await ledFrom(2)
  await cluster.scale(3)
  processIn(world, 0).exit(1)
  await pass(world, 10_000)
  assert.equal(led.length, 0)
  await cluster.scale(1)
  await pass(world, 10_000)
  assert.equal(leader()?.slot, 0)
  assert.equal(led.length, 1)
})

it('is held by a worker that does not say that it has ended, until it is gone', async () => {
  const { world, cluster, led } = await ledFrom(0, { reload: { soak: 0, surge: 1 } })
  const old = processIn(world, 0)
  // It hears that it is to drain, and never does.
  old.send = () => {}
  void cluster.reload()
  let goneAt = Infinity
  await pass(world, 60_000, 10, () => {
    if (!old.isAlive) goneAt = Math.min(goneAt, world.clock.now())
    if (led.length > 0) assert.ok(!old.isAlive, 'two at once')
  })
  assert.ok(goneAt < Infinity)
  assert.equal(led.length, 1)
})

it('is never given to a worker of a release that does not know it', async () => {
  const { world, led } = await ledFrom(0)
  const [first, second] = [processIn(world, 0), processIn(world, 1)]
  Object.assign(second, { mayLead: false })
  second.say({ type: 'lead-over' })
  first.exit(1)
  await pass(world, 1)
  assert.deepEqual(
    led.map(({ slot }) => slot),
    [2],
  )
})

it('is given to a worker that is about to be replaced only where there is no other', async () => {
  const { world, led } = await ledFrom(0, { reload: { soak: 1000, surge: 1 } })
  const error = { name: 'Error', message: 'of the model', code: undefined, stack: '' }
  world.fate = () => 'hangs'
  processIn(world, 1).say({ type: 'crash', error, contained: true })
  processIn(world, 0).exit(1)
  await pass(world, 1)
  processIn(world, 2).exit(1)
  await pass(world, 1)
  processIn(world, 3).exit(1)
  await pass(world, 1)
  assert.deepEqual(
    led.map(({ slot }) => slot),
    [2, 3, 1],
  )
})
