/** When the number of workers follows the load, and when not, in the model's world. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ScaleStep } from '../../events.ts'
import type { Settings } from '../../settings.ts'
import { pass, readyCluster } from '../model/ready-cluster.ts'
import type { ModelProcess, World } from '../model/world.ts'
import type { PrimaryCluster } from '../primary-cluster.ts'
import { Log } from '../../log.ts'

const nothing = { connections: 0, inFlight: 0, requestRate: 0, cpu: 0, requests: 0, heapUsed: 0 }
const mebibyte = 1024 * 1024

class Town {
  readonly world: World
  readonly cluster: PrimaryCluster
  readonly steps: [workers: number, reason: ScaleStep['reason'], from: number][] = []
  /** How many workers it would keep busy all of the time. */
  load = 0
  /** Those say nothing. */
  readonly silent: Set<ModelProcess> = new Set()

  static async found(settings: Partial<Settings>): Promise<Town> {
    const { world, cluster } = await readyCluster(settings)
    return new Town(world, cluster)
  }

  private constructor(world: World, cluster: PrimaryCluster) {
    this.world = world
    this.cluster = cluster
    cluster.on('scale', (workers, { reason, from }) => this.steps.push([workers, reason, from]))
  }

  get ready(): ModelProcess[] {
    return this.world.processes.filter(({ state }) => state === 'ready')
  }

  async pass(seconds: number): Promise<void> {
    await pass(this.world, seconds * 1000, 1000, () => {
      const { ready } = this
      const utilization = Math.min(1, this.load / ready.length)
      const [latency, lostLog, loopDelay, rss] = [undefined, undefined, { p50: 0, p99: 0 }, 60 * mebibyte]
      const vitals = { ...nothing, utilization, latency, lostLog, loopDelay, rss }
      for (const worker of ready) if (!this.silent.has(worker)) worker.say({ type: 'vitals', vitals })
    })
  }
}

function crash(worker: ModelProcess): void {
  const error = { name: 'Error', message: 'of the model', code: undefined, stack: '' }
  worker.say({ type: 'crash', error, contained: true })
}

const bounds = { min: 1, max: 4 }
const two = { workers: 2, bounds }

describe('the number of workers', () => {
  it('follows the load up and down, and no further than its bounds', async () => {
    const town = await Town.found({ workers: 1, bounds })
    town.load = 100
    await town.pass(120)
    assert.equal(town.cluster.workers.length, 4)
    town.load = 0.1
    await town.pass(400)
    assert.equal(town.cluster.workers.length, 1)
    assert.deepEqual(town.steps, [
      [2, 'busy', 1],
      [3, 'busy', 2],
      [4, 'busy', 3],
      [3, 'idle', 4],
      [2, 'idle', 3],
      [1, 'idle', 2],
    ])
  })

  it('stays as it is without bounds', async () => {
    const town = await Town.found({ workers: 2 })
    town.load = 100
    await town.pass(120)
    assert.deepEqual(town.steps, [])
    assert.equal(town.cluster.bounds, null)
  })

  it('counts a worker that says nothing as busy', async () => {
    const town = await Town.found({ workers: 3, bounds })
    town.silent.add(town.ready[0]!)
    // A third of 1 is the silent one's: 0.9 in the mean, where those that speak are at 0.85.
    town.load = 3 * 0.85
    await town.pass(20)
    assert.deepEqual(town.steps, [[4, 'busy', 3]])
    town.load = 0
    await town.pass(200)
    assert.equal(town.cluster.size, 2, 'as one of two would be as busy as can be')
  })

  it('is left alone while a reload is under way', async () => {
    const town = await Town.found(two)
    town.load = 100
    town.world.fate = () => 'hangs'
    const reload = town.cluster.reload()
    reload.catch(() => {})
    await town.pass(25)
    assert.deepEqual(town.steps, [])
    // bootTimeout ends it.
    await town.pass(20)
    await assert.rejects(reload)
    assert.deepEqual(town.steps, [[3, 'busy', 2]])
  })

  it('is left alone while a slot is empty, or waits for its next boot', async () => {
    const troubles: [string, (town: Town) => void, ReturnType<World['fate']>][] = [
      ['lost, and the next one boots for long', ({ ready: [worker] }) => worker!.exit(1), 'hangs'],
      [
        'crashed, serves on, and the next one does not boot',
        ({ ready: [worker] }) => crash(worker!),
        'fails',
      ],
    ]
    for (const [trouble, begin, fate] of troubles) {
      const town = await Town.found(two)
      town.load = 100
      town.world.fate = () => fate
      begin(town)
      await town.pass(25)
      assert.deepEqual(town.steps, [], trouble)
      town.world.fate = () => 'listens'
      await town.pass(80)
      assert.deepEqual(town.steps[0], [3, 'busy', 2], trouble)
    }
  })

  it('is left alone once the cluster closes', async () => {
    const town = await Town.found({ ...two, shutdownDelay: 60_000 })
    town.load = 100
    await town.pass(5)
    void town.cluster.close()
    await town.pass(50)
    assert.deepEqual(town.steps, [])
  })

  it('is what somebody asked for until a reload has succeeded', async () => {
    const town = await Town.found(two)
    const { cluster, world } = town
    town.load = 100
    await Promise.all([cluster.scale(6), town.pass(1)])
    cluster.scaleBy(-1)
    await town.pass(200)
    assert.equal(cluster.size, 5)
    assert.deepEqual(cluster.bounds, { ...bounds, held: true })
    world.fate = () => 'fails'
    const failed = cluster.reload()
    failed.catch(() => {})
    await town.pass(60)
    await assert.rejects(failed)
    assert.equal(cluster.size, 5)
    world.fate = () => 'listens'
    void cluster.reload()
    await town.pass(5)
    // Asked for during the reload that is under way: it is not that one's end that ends it.
    void cluster.scale(1)
    await town.pass(100)
    assert.equal(cluster.size, 1)
    assert.equal(cluster.bounds?.held, true)
    void cluster.reload()
    await town.pass(60)
    assert.equal(cluster.bounds?.held, false)
    assert.deepEqual(town.steps.slice(0, 4), [
      [6, 'asked', 2],
      [5, 'asked', 6],
      [1, 'asked', 5],
      [2, 'busy', 1],
    ])
  })

  it('comes back within its bounds after a reload', async () => {
    const town = await Town.found(two)
    void town.cluster.scale(6)
    await town.pass(5)
    void town.cluster.reload()
    await town.pass(30)
    assert.deepEqual(town.steps, [
      [6, 'asked', 2],
      [4, 'options', 6],
    ])
  })

  it('grows where there is room only, and the log says why not, every ten minutes at most', async () => {
    const lines: string[] = []
    const logger = new Log(({ msg }) => lines.push(msg))
    const town = await Town.found({ ...two, logger })
    town.load = 100
    town.world.resources.freeMemory = () => 59 * mebibyte
    await town.pass(60)
    assert.deepEqual(town.steps, [])
    assert.deepEqual(lines, [
      'no worker is added: utilization 1.00 over 10 s, and the memory has no room: 59 MiB are free, and a worker takes 60 MiB',
    ])
    town.world.resources.freeMemory = () => 61 * mebibyte
    await town.pass(5)
    assert.deepEqual(town.steps, [[3, 'busy', 2]])
  })
})
