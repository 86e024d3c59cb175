/** One random life of a cluster, and what must hold in it. See model.test.ts. */
import assert from 'node:assert/strict'
import type { WorkerInfo } from '../../cluster.ts'
import type { Settings } from '../../settings.ts'
import type { Bounds } from '../../worker-count.ts'
import type { PrimaryCluster } from '../primary-cluster.ts'
import { modelSettings, modelCluster } from './cluster.ts'
import { type Dice, ModelSockets, seeded, turns, World } from './world.ts'

/** In ms: longer than any backoff, boot or drain of the model takes when nothing goes wrong any more. */
const calmTime = 300_000

const vitals = {
  loopDelay: { p50: 0, p99: 0 },
  utilization: 0,
  rss: 0,
  heapUsed: 0,
  connections: 0,
  inFlight: 0,
  requestRate: 0,
  cpu: 0,
  lostLog: undefined,
  requests: 1000,
  latency: undefined,
}
const events = [
  'worker:boot',
  'worker:ready',
  'worker:drain',
  'worker:crash',
  'worker:exit',
  'slot:backoff',
  'reload:start',
  'reload:done',
  'reload:failed',
  'state',
  'scale',
  'close',
] as const

interface Call {
  what: string
  outcome: 'pending' | 'resolved' | 'rejected'
}

export class Life {
  readonly world: World
  readonly cluster: PrimaryCluster
  readonly sockets: ModelSockets
  readonly calls: Call[] = []
  /** What happened, for whoever has to find out why. */
  readonly story: string[] = []
  #reloadedAt: number[] = []
  readonly #broken: string[] = []
  /** Workers whose place is given up without a replacement: that is what was asked for. */
  #mayEmpty = false
  #toldState = 'booting'
  #lastReload: 'done' | 'failed' | undefined
  readonly #dice: Dice
  readonly #tells: boolean
  readonly #settings: Settings
  /** How many workers the clients would keep busy. */
  #load = 0

  /** @param tells whether it keeps its story. */
  constructor(seed: number, tells: boolean) {
    this.#tells = tells
    const dice = seeded(seed)
    this.#dice = dice
    this.world = new World(dice)
    const workers = 1 + this.#upTo(4)
    this.#settings = {
      ...modelSettings,
      workers,
      bounds: dice() < 0.1 ? { min: workers, max: workers + this.#upTo(3) } : undefined,
      spares: this.#upTo(3),
      bootTimeout: 2000,
      drainTimeout: 1000,
      shutdownDelay: this.#upTo(2) * 500,
      reload: { surge: this.#upTo(4), soak: this.#upTo(2) * 400 },
      maxRequests: 1000,
      env: () => this.#env(),
    }
    if (dice() < 0.2) {
      const restart = (['always', 'on-failure', 'never'] as const)[this.#upTo(3)]!
      Object.assign(this.#settings, {
        listen: false,
        readyAfter: 100,
        restart,
        spares: 0,
      } satisfies Partial<Settings>)
    }
    const { listen, reload } = this.#settings
    const isAloneWanted = reload.surge === 0
    this.world.listens = listen
    this.world.hasEarlyPlace = !listen || dice() < 0.5
    this.sockets = new ModelSockets(dice() < 0.02, this.world, this.world.hasEarlyPlace ? [] : ['place'])
    this.cluster = modelCluster(this.world, this.sockets, this.#settings)
    this.world.onSpawn = (of) => {
      const isAlone = !isAloneWanted || of < 0 || this.world.alive.every(({ slot }) => slot !== of)
      this.#hold(isAlone, `another worker of slot ${of} is there still`)
      this.#hold(!this.sockets.isClosed, 'nothing boots once the sockets are closed')
      // Of those that have begun: one that `env` itself has scaled away never does.
      const killed = new Set(this.world.processes.filter(({ isKilled }) => isKilled).map(({ pid }) => pid))
      const kept = this.cluster.workers.filter(
        ({ slot, state, pid }) => slot >= 0 && state !== 'draining' && pid > 0 && !killed.has(pid),
      )
      const surging = kept.length - new Set(kept.map(({ slot }) => slot)).size
      this.#hold(surging <= this.#settings.reload.surge, `${surging} slots are replaced at once`)
    }
    this.world.onDrain = ({ pid, slot, places }) => {
      const others = this.world.processes.filter((other) => other.pid !== pid && other.state === 'ready')
      const serving = this.cluster.workers.filter(({ state }) => state === 'ready')
      if (this.#mayEmpty || this.cluster.state === 'closing' || isAloneWanted || !listen) return
      // Who has not come to it is not missed there, nor is a spare; and what is ready before the old one has come to it needs not have it.
      const isMissed = places.has('place') && slot >= 0 && this.#settings.reload.soak === 0
      if (this.world.hasEarlyPlace && !isMissed) return
      this.#hold(others.length > 0 && serving.length > 0, `worker ${pid} drains, and nobody else serves`)
    }
    this.world.onLead = ({ pid, mayLead }) => {
      const leaders = this.world.alive.filter(({ leads }) => leads)
      this.#hold(leaders.length === 1, `${leaders.length} lead at once`)
      this.#hold(mayLead, `worker ${pid} is to lead, and does not know what that is`)
    }
    if (this.#settings.bounds) this.#followLoad(this.#settings.bounds)
    this.cluster.on('state', (state) => (this.#toldState = state))
    this.cluster.on('reload:done', () => (this.#lastReload = 'done'))
    this.cluster.on('reload:failed', () => (this.#lastReload = 'failed'))
    if (dice() < 0.5) for (const name of events) this.cluster.on(name, () => this.#listener())
    for (const name of events) this.cluster.on(name, (...args: unknown[]) => this.#note(name, args))
  }

  async live(): Promise<void> {
    this.#call('open', this.cluster.open('place', {}))
    this.#call('ready', this.cluster.ready)
    for (let action = this.#upTo(25); action > 0; action--) {
      await this.#pass(this.#dice() < 0.3 ? this.#dice() * 3000 : this.#dice() * 100)
      this.#act()
    }
    this.world.calm = true
    this.#load = Infinity
    await this.#pass(calmTime)
    this.#check()
  }

  /** Lets time pass, and whatever happens in it. */
  async #pass(ms: number): Promise<void> {
    const { clock } = this.world
    const until = clock.now() + ms
    await turns()
    while (clock.next <= until) {
      clock.turn()
      await turns()
      this.#checkLead()
    }
    clock.passTo(until)
  }

  #act(): void {
    const { cluster, world } = this
    const victim = world.alive[this.#upTo(world.alive.length)]
    const error = { name: 'Error', message: 'of the model', code: undefined, stack: '' }
    const actions: [weight: number, name: string, act: () => void][] = [
      [3, 'reload', () => this.#reload()],
      [2, 'scale', () => this.#scale(1 + this.#upTo(5))],
      [2, 'scaleBy', () => ((this.#mayEmpty = true), cluster.scaleBy(this.#dice() < 0.5 ? 1 : -1))],
      [0.3, 'close', () => this.#call('close', cluster.close())],
      [0.3, 'stop', () => cluster.stop('SIGTERM')],
      [4, 'contained crash', () => victim?.say({ type: 'crash', error, contained: true })],
      [4, 'exit', () => victim?.exit(this.#upTo(2))],
      [4, 'kill -9', () => victim?.exit(null, 'SIGKILL')],
      [1, 'hang', () => victim?.hang()],
      [1, 'a server closed', () => this.#close(victim)],
      [2, 'it has served maxRequests', () => victim?.say({ type: 'vitals', vitals })],
      [2, 'a signal', () => this.#signal(victim)],
    ]
    let drawn = this.#dice() * actions.reduce((sum, [weight]) => sum + weight, 0)
    const [, name, act] = actions.find(([weight]) => (drawn -= weight) < 0) ?? actions[0]!
    this.#note(name, [victim?.pid])
    act()
  }

  /** Workers say how they are, and the number of workers follows. */
  #followLoad({ min, max }: Bounds): void {
    const { world, cluster } = this
    const tell = (): void => {
      world.clock.after(1000, tell)
      if (this.#dice() < 0.2 && !world.calm) this.#load = this.#upTo(2 * max)
      const ready = world.processes.filter(({ state }) => state === 'ready')
      const utilization = Math.min(1, this.#load / ready.length)
      for (const worker of ready)
        worker.say({ type: 'vitals', vitals: { ...vitals, requests: 0, utilization } })
    }
    tell()
    let isReloading = false
    cluster.on('reload:start', () => (isReloading = true))
    for (const end of ['reload:done', 'reload:failed', 'close'] as const)
      cluster.on(end, () => (isReloading = false))
    let isClosing = false
    cluster.on('close', () => (isClosing = true))
    cluster.on('scale', (workers, { from, reason }) => {
      if (reason === 'asked') return
      this.#hold(!isClosing && !isReloading, 'the load scales at a bad time')
      this.#hold(workers >= min && workers <= max, `${workers} workers are not ${min} to ${max}`)
      this.#hold(reason === 'options' || Math.abs(workers - from) === 1, 'one at a time')
    })
  }

  #reload(): void {
    this.#reloadedAt.push(this.world.clock.now())
    this.#call('reload', this.cluster.reload())
  }

  #close(victim: ReturnType<World['alive']['at']>): void {
    // Where it is the workers that say where to listen, that is a wish to do without.
    if (this.world.hasEarlyPlace) this.#mayEmpty = true
    victim?.say({ type: 'closed', key: 'place' })
  }

  #scale(workers: number): void {
    this.#mayEmpty = true
    this.#call('scale', this.cluster.scale(workers))
  }

  #signal(victim: ReturnType<World['alive']['at']>): void {
    // Sent twice, it drains unreplaced.
    this.#mayEmpty = true
    victim?.say({ type: 'signal', signal: 'SIGTERM' })
  }

  /** The user's code, which may do anything. */
  #listener(): void {
    const thrown = this.#dice()
    if (thrown < 0.02 && !this.world.calm) this.#reload()
    else if (thrown < 0.04 && !this.world.calm) this.#scale(1 + this.#upTo(5))
    else if (thrown < 0.042 && !this.world.calm) this.#call('close', this.cluster.close())
    else if (thrown < 0.5) throw new Error('a bad listener')
  }

  #env(): Record<string, string> {
    const thrown = this.#dice()
    if (this.world.calm) return {}
    if (thrown < 0.03) throw new Error('a bad env')
    if (thrown < 0.04) this.#reload()
    else if (thrown < 0.05) this.#scale(1 + this.#upTo(5))
    else if (thrown < 0.052) this.#call('close', this.cluster.close())
    return {}
  }

  /** Not thrown: it would be taken for something that the system or the user's code throws. */
  #hold(holds: boolean, what: string): void {
    if (!holds) this.#broken.push(what)
  }

  #check(): void {
    assert.deepEqual(this.#broken, [])
    const { cluster, world, calls } = this
    const { workers, state, size: slots, generation } = cluster
    const known = (infos: readonly WorkerInfo[]): object[] =>
      infos.map(({ slot, pid, state: at, generation: of }) => ({ slot, pid, at, of }))
    const shown = JSON.stringify(known(workers))
    if (state === 'closing') {
      assert.equal(world.alive.length, 0, `closed means gone: ${shown}`)
      assert.equal(workers.length, 0, 'nobody is kept')
    } else {
      assert.equal(state, 'ready')
      assert.equal(this.#toldState, 'ready', 'and listeners know it')
      const ready = workers.filter((worker) => worker.state === 'ready')
      const finished = cluster.slots.filter((slot) => slot.state === 'finished').length
      const filled = slots - finished
      assert.equal(ready.length, filled, `every slot has its worker: ${shown}`)
      assert.equal(new Set(ready.map(({ slot }) => slot)).size, filled, `and no two the same: ${shown}`)
      const { bounds } = cluster
      if (bounds && !bounds.held && finished === 0)
        assert.equal(slots, bounds.max, `the load has what it needs: ${shown}`)
      const spares = workers.filter((worker) => worker.state === 'spare')
      assert.equal(spares.length, this.#settings.spares, `the spares are there: ${shown}`)
      assert.equal(workers.length, filled + this.#settings.spares, `and nobody else: ${shown}`)
      assert.deepEqual(
        world.alive.map(({ pid }) => pid).toSorted((a, b) => a - b),
        workers.map(({ pid }) => pid).toSorted((a, b) => a - b),
        'every process is known, and every worker alive',
      )
      for (const { news } of world.alive)
        assert.deepEqual(known(news), known(workers), 'every worker knows the others')
      const leaders = workers.flatMap(({ leads, pid }) => (leads ? pid : []))
      assert.deepEqual(
        leaders,
        world.alive.flatMap(({ leads, pid }) => (leads ? pid : [])),
        'who leads is known',
      )
      if (this.#lastReload === 'done')
        assert.ok(
          workers.every((worker) => worker.generation === generation),
          `a reload that is done has every slot on its release: ${shown}`,
        )
      assert.deepEqual(
        new Set(this.sockets.serving.map(({ pid }) => pid)),
        new Set(ready.map(({ pid }) => pid)),
      )
    }
    const pending = calls.filter(({ outcome }) => outcome === 'pending' || outcome === undefined)
    const settled = state === 'closing' ? pending : pending.filter(({ what }) => what !== 'close')
    assert.deepEqual(settled, [], 'every promise is settled')
    this.#checkNoStorm()
  }

  /** Whenever nobody leads, nobody could. */
  #checkLead(): void {
    const { cluster, world } = this
    if (cluster.state === 'closing' || world.processes.some(({ leads }) => leads)) return
    const serving = new Set(cluster.workers.flatMap(({ state, pid }) => (state === 'ready' ? pid : [])))
    const idle = world.alive.filter(({ pid, mayLead }) => mayLead && serving.has(pid))
    this.#hold(idle.length === 0, `nobody leads, and ${idle.length} could`)
  }

  /** Within a second no slot boots more often than its backoff allows. */
  #checkNoStorm(): void {
    const { spawns } = this.world
    const perSecond = 8
    for (const [index, { at, slot }] of spawns.entries()) {
      if (slot === -1) continue
      const within = spawns.slice(index).filter((other) => other.slot === slot && other.at < at + 1000)
      const reloads = this.#reloadedAt.filter((time) => time > at - 1000 && time < at + 1000)
      // Each reload that fails and begins anew has earned no wait.
      assert.ok(
        within.length <= perSecond * (1 + reloads.length),
        `${within.length} boots of slot ${slot} in a second`,
      )
    }
  }

  #call(what: string, promise: Promise<unknown>): Call {
    const call: Call = { what, outcome: 'pending' }
    this.calls.push(call)
    promise.then(
      () => (call.outcome = 'resolved'),
      () => (call.outcome = 'rejected'),
    )
    return call
  }

  #note(what: string, details: readonly unknown[]): void {
    if (this.#tells)
      this.story.push(`${Math.round(this.world.clock.now())} ${what} ${JSON.stringify(details)}`)
  }

  #upTo(number: number): number {
    return Math.floor(this.#dice() * number)
  }
}
