/** A cluster of the model that is ready, and time that passes for it. */
import assert from 'node:assert/strict'
import type { Settings } from '../../settings.ts'
import type { PrimaryCluster } from '../primary-cluster.ts'
import { modelCluster, modelSettings } from './cluster.ts'
import { ModelSockets, seeded, turns, World } from './world.ts'

export async function readyCluster(
  settings: Partial<Settings>,
): Promise<{ world: World; cluster: PrimaryCluster }> {
  const world = new World(seeded(1))
  world.calm = true
  const cluster = modelCluster(world, new ModelSockets(false, world), { ...modelSettings, ...settings })
  void cluster.open('place', {})
  await pass(world, 2000)
  assert.equal(cluster.state, 'ready')
  world.spawns.length = 0
  return { world, cluster }
}

/** Lets time pass; `each` happens every `interval` ms. */
export async function pass(
  world: World,
  ms: number,
  interval: number = ms,
  each: () => void = () => {},
): Promise<void> {
  const until = world.clock.now() + ms
  const again = (): void => {
    each()
    if (world.clock.now() + interval < until) world.clock.after(interval, again)
  }
  world.clock.after(0, again)
  await turns()
  while (world.clock.next <= until) {
    world.clock.turn()
    await turns()
  }
  world.clock.passTo(until)
}
