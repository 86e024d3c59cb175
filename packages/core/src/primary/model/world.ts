/** What the model test puts in the place of the system: processes, time and sockets that do as the dice say. */
import type { WorkerInfo } from '../../cluster.ts'
import type { ToPrimary, ToWorker } from '../../protocol/messages.ts'
import type { Clock } from '../../running-clock.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'
import type { ProcessEvents, Resources, SpawnOrder, System, WorkerProcess } from '../process/system.ts'
import type { Sockets } from '../sockets/sockets.ts'

export type Dice = () => number

/** The same numbers for the same seed. (mulberry32) */
export function seeded(seed: number): Dice {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** Time that passes only when it is told to. */
export class ModelClock implements Clock {
  #now = 0
  #timers: { due: number; run: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, run: () => void): () => void {
    const timer = { due: this.#now + ms, run }
    // In order of their time, and of those with the same, in order of their making.
    let at = this.#timers.length
    while (at > 0 && this.#timers[at - 1]!.due > timer.due) at--
    this.#timers.splice(at, 0, timer)
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer)
    }
  }

  /** When something happens next; Infinity for never. */
  get next(): number {
    return this.#timers[0]?.due ?? Infinity
  }

  /** Lets the next thing happen. */
  turn(): void {
    const timer = this.#timers.shift()!
    this.#now = Math.max(this.#now, timer.due)
    timer.run()
  }

  passTo(time: number): void {
    this.#now = Math.max(this.#now, time)
  }
}

/** One process of the model. */
export class ModelProcess implements WorkerProcess {
  readonly pid: number
  readonly slot: number
  state: 'booting' | 'ready' | 'draining' | 'exited' = 'booting'
  isKilled = false
  readonly places: Set<string> = new Set()
  /** It says so, and one of an older release does not. */
  readonly mayLead: boolean
  leads = false
  /** What it was last told of all workers. */
  news: readonly WorkerInfo[] = []
  readonly #world: World
  readonly #events: ProcessEvents

  constructor(pid: number, order: SpawnOrder, world: World, events: ProcessEvents) {
    this.pid = pid
    this.slot = order.briefing.slot
    this.#world = world
    this.#events = events
    this.mayLead = world.calm || world.dice() > 0.05
    if (this.mayLead) world.clock.after(0, () => this.say({ type: 'may-lead' }))
    const fate = world.fate()
    if (fate === 'hangs') return
    const bootTime = 1 + world.dice() * 300
    world.clock.after(bootTime, () => (fate === 'listens' ? this.#listen() : this.exit(1)))
  }

  get isAlive(): boolean {
    return this.state !== 'exited'
  }

  say(message: ToPrimary): void {
    if (message.type === 'listening') this.places.add(message.key)
    if (message.type === 'closed') this.places.delete(message.key)
    if (this.isAlive) this.#events.message(message, undefined)
  }

  hang(): void {
    if (this.isAlive) this.#events.stall({ kind: 'hung', stalledFor: 1, stack: [], request: undefined })
  }

  exit(code: number | null, signal: string | null = null): void {
    if (!this.isAlive) return
    this.state = 'exited'
    this.leads = false
    this.#events.exit(code, signal)
  }

  send(message: ToWorker): void {
    if (!this.isAlive) return
    this.#world.onSend(this, message)
    if (message.type === 'workers') this.news = message.workers
    if (message.type === 'lead') {
      this.leads = true
      this.#world.onLead(this)
    }
    if (message.type !== 'drain') return
    this.#world.onDrain(this)
    this.state = 'draining'
    if (this.leads) this.#endLead()
    if (this.#world.calm || this.#world.dice() > 0.1)
      this.#world.clock.after(this.#world.dice() * 500, () => {
        for (const key of this.places) this.say({ type: 'closed', key })
        this.exit(0)
      })
  }

  /** The hook may ignore its signal, and so lead until the process is gone. */
  #endLead(): void {
    const world = this.#world
    if (world.dice() < 0.1) return
    world.clock.after(world.dice() < 0.3 ? 0 : world.dice() * 600, () => {
      this.leads = false
      this.say({ type: 'lead-over' })
    })
  }

  kill(): void {
    this.isKilled = true
    this.#world.clock.after(this.#world.dice() * 20, () => this.exit(null, 'SIGKILL'))
  }

  #listen(): void {
    if (this.state !== 'booting') return
    const world = this.#world
    if (!world.hasEarlyPlace) return this.#listenAtPlace()
    this.say({ type: 'listening', key: 'early' })
    world.clock.after(world.dice() * 1000, () => this.#listenAtPlace())
  }

  #listenAtPlace(): void {
    if (this.state === 'booting') this.state = 'ready'
    if (this.state !== 'ready') return
    if (this.#world.listens) this.say({ type: 'listening', key: 'place' })
    else this.say({ type: 'ready' })
  }
}

export class World implements System {
  readonly clock: ModelClock = new ModelClock()
  readonly resources: Resources = { throttledTime: () => 0, freeMemory: () => Infinity }
  readonly processes: ModelProcess[] = []
  readonly spawns: { at: number; slot: number }[] = []
  readonly dice: Dice
  /** Each program listens at another place first, and nobody but the workers says where. */
  hasEarlyPlace = false
  /** The program serves. */
  listens = true
  /** From now on everything goes well. */
  calm = false
  exitCode: number | undefined
  onDrain: (worker: ModelProcess) => void = () => {}
  onLead: (worker: ModelProcess) => void = () => {}
  onSend: (worker: ModelProcess, message: ToWorker) => void = () => {}
  onSpawn: (slot: number) => void = () => {}

  constructor(dice: Dice) {
    this.dice = dice
  }

  get alive(): ModelProcess[] {
    return this.processes.filter(({ isAlive }) => isAlive)
  }

  fate(): 'listens' | 'fails' | 'hangs' {
    if (this.calm) return 'listens'
    const thrown = this.dice()
    return thrown < 0.75 ? 'listens' : thrown < 0.95 ? 'fails' : 'hangs'
  }

  spawn(order: SpawnOrder, events: ProcessEvents): WorkerProcess {
    this.onSpawn(order.briefing.slot)
    this.spawns.push({ at: this.clock.now(), slot: order.briefing.slot })
    if (!this.calm && this.dice() < 0.05) throw new Error('spawn EAGAIN')
    const worker = new ModelProcess(1000 + this.processes.length, order, this, events)
    this.processes.push(worker)
    return worker
  }

  exit(code: number): void {
    this.exitCode ??= code
  }
}

/** Sockets that can always be had, unless the place is taken. */
export class ModelSockets implements Sockets {
  readonly first = undefined
  serving: readonly WorkerHandle[] = []
  readonly ports: readonly number[] = []
  readonly required: Set<string>
  isAwaited: (key: string) => boolean = () => false
  isClosed = false
  readonly #taken: boolean
  readonly #world: World

  constructor(taken: boolean, world: World, required: readonly string[] = ['place']) {
    this.#taken = taken
    this.#world = world
    this.required = new Set(required)
  }

  async require(): Promise<void> {
    if (this.#taken) throw Object.assign(new Error('the place is taken'), { code: 'EADDRINUSE' })
  }

  async share(): Promise<void> {}

  covers(worker: WorkerHandle, key: string): boolean {
    return worker.listening.has(key)
  }

  describe(key: string): string {
    return key
  }

  explain(): undefined {}

  update(serving: readonly WorkerHandle[], isAwaited: (key: string) => boolean): void {
    this.serving = serving
    this.isAwaited = isAwaited
  }

  adopt(): void {}
  pass(): void {}
  onGave(): void {}
  onBeat(): void {}
  onClosed(): void {}
  onAnswer(): void {}
  onRoom(): void {}
  onReturned(): void {}
  onTicketKeys(): void {}
  onExit(): void {}

  /** Connections still reach the workers until it resolves. */
  close(): Promise<void> {
    this.isClosed = true
    const { clock, dice } = this.#world
    return new Promise((resolve) => void clock.after(dice() * 250, resolve))
  }
}

/** Everything that was waiting for a promise has gone on. */
export async function turns(): Promise<void> {
  for (let turn = 0; turn < 6; turn++) await Promise.resolve()
}
