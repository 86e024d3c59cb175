/** What the cluster says of itself while slots are empty, told by the model's clock. */
import assert from 'node:assert/strict'
import { it } from 'node:test'
import type { ClusterState, SlotInfo } from '../../cluster.ts'
import { pass, readyCluster } from './ready-cluster.ts'

const error = {
  name: 'TypeError',
  message: 'x is not\na function',
  code: undefined,
  stack: 'TypeError\n    at f (/app.js:1:2)',
}

function statesOf(cluster: {
  on: (event: 'state', listener: (state: ClusterState) => void) => unknown
}): string[] {
  const states: string[] = []
  cluster.on('state', (state) => states.push(state))
  return states
}

const inShort = ({ state, failures, lastFailure }: SlotInfo): unknown[] => [
  state,
  failures,
  lastFailure?.reason,
]

it('is degraded while a slot has lost its worker, and says of each slot why', async () => {
  const { world, cluster } = await readyCluster({ workers: 2 })
  const states = statesOf(cluster)
  const [victim] = world.alive
  victim!.say({ type: 'crash', error, contained: false })
  victim!.exit(1)
  assert.equal(cluster.state, 'degraded')
  assert.deepEqual(cluster.slots.map(inShort), [
    ['booting', 1, 'exit code 1'],
    ['ready', 0, undefined],
  ])
  assert.equal(cluster.slots[0]!.lastFailure!.lastWords, 'TypeError: x is not a function, at f (/app.js:1:2)')
  await pass(world, 2000)
  assert.deepEqual(states, ['degraded', 'ready'])
  assert.deepEqual(cluster.slots.map(inShort)[0], ['ready', 1, 'exit code 1'])
  await pass(world, 10_000)
  assert.deepEqual(
    cluster.slots.map(inShort)[0],
    ['ready', 0, 'exit code 1'],
    'the failures are over, the last is known',
  )
  void cluster.close()
  assert.deepEqual(states, ['degraded', 'ready', 'closing'])
})

it('counts boots that fail, and says when the next begins', async () => {
  const { world, cluster } = await readyCluster({ workers: 2 })
  world.fate = () => 'fails'
  for (const worker of world.alive) worker.say({ type: 'said', text: 'no database' })
  for (const worker of world.alive) worker.exit(3)
  assert.deepEqual(
    cluster.slots.map(({ lastFailure }) => lastFailure!.lastWords),
    ['no database', 'no database'],
  )
  await pass(world, 20_000)
  const waiting = cluster.slots.find(({ state }) => state === 'empty')
  assert.ok(waiting && waiting.failures >= 5, JSON.stringify(cluster.slots))
  assert.equal(typeof waiting.nextBoot, 'number')
  assert.equal(cluster.state, 'degraded')
})

it('says nothing of the kind in a reload, in a crash that is contained, and for slots that are new', async () => {
  const { world, cluster } = await readyCluster({ workers: 3 })
  const states = statesOf(cluster)
  void cluster.reload()
  await pass(world, 30_000)
  world.alive[0]!.say({ type: 'crash', error, contained: true })
  await pass(world, 30_000)
  assert.equal(cluster.slots.filter(({ lastFailure }) => lastFailure?.reason === 'crash').length, 1)
  void cluster.scale(5)
  await pass(world, 30_000)
  assert.deepEqual(states, [])
  assert.equal(cluster.slots.length, 5)
})
