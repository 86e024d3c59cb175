import type { EventEmitter } from 'node:events'
import type { ClusterState, SlotInfo, WorkerInfo } from '../../cluster.ts'
import { ClusteredError } from '../../errors.ts'
import type { ClusterEvents, ScaleStep, WorkerExit } from '../../events.ts'
import { readinessOf } from '../../health/ready-when.ts'
import type { ToPrimary } from '../../protocol/messages.ts'
import type { Settings } from '../../settings.ts'
import type { Entry } from '../entry.ts'
import { isDebugged } from '../process/node-arguments.ts'
import type { System } from '../process/system.ts'
import type { Telemetry } from '../../telemetry/telemetry.ts'
import type { Relay } from '../relay/relay.ts'
import type { Sockets } from '../sockets/sockets.ts'
import { CapacityWatch } from './capacity-watch.ts'
import { Fleet } from './fleet.ts'
import { exitCodeAfter, hintAt, noteSilence } from './first-boot.ts'
import { Lead } from './lead.ts'
import { News } from './news.ts'
import { describe, type Reload, toError } from './reload.ts'
import { Rollout } from './rollout.ts'
import type { Slot } from './slot.ts'
import { SlotFiller } from './slot-filler.ts'
import type { Steps } from './steps.ts'
import { WantedPlaces } from './wanted-places.ts'
import { WorkerHandle } from './worker-handle.ts'
import { WorkerWatch } from './worker-watch.ts'

/**
 * Where the cluster is in its life, and what that is to others while no slot is
 * missed. It only ever moves on.
 */
const phases = {
  /** No worker has ever been ready: what fails ends the cluster. */
  proving: 'booting',
  /** One has. From here on nothing that fails is fatal. */
  booting: 'booting',
  serving: 'ready',
  /** Told to close, and serving on for `shutdownDelay`. */
  delaying: 'closing',
  /** Nothing boots any more; workers get the connections that wait already. */
  emptying: 'closing',
  draining: 'closing',
  gone: 'closing',
} as const satisfies Record<string, ClusterState>

/**
 * How long (in ms) before the first connection is refused those who probe the
 * admin server can hear that the program is stopping, at least.
 */
const leastNotice = 100

function noticeOf({ shutdownDelay, admin }: Settings): number {
  return admin === false ? shutdownDelay : Math.max(shutdownDelay, leastNotice)
}

export interface SupervisorParts {
  entry: Pick<Entry, 'release' | 'execArgv'>
  settings: Settings
  system: System
  sockets: Sockets
  relay: Relay
  telemetry: Telemetry
  steps: Steps
  events: EventEmitter<ClusterEvents>
  /** Every slot has a worker that serves. */
  onFilled: () => void
  onClosing: () => void
  onGone: () => void
  /** The first boot has failed. @param exitCode what that means for this process. */
  onBootFailed: (error: ClusteredError, exitCode: number) => void
  /** The program has ended by itself, everywhere. */
  onFinished: (exitCode: number) => void
  /** A worker has called a method of `Cluster`. */
  onCall: (worker: WorkerHandle, message: Extract<ToPrimary, { type: 'call' }>) => void
}

/**
 * Keeps the slots filled. Signals, messages, exits and calls only change what
 * is wanted or what is known, each as one step; `#reconcile` alone acts on it.
 */
export class Supervisor {
  readonly #parts: SupervisorParts
  readonly #fleet: Fleet
  readonly #rollout: Rollout
  readonly #filler: SlotFiller
  readonly #watch: WorkerWatch
  readonly #places: WantedPlaces
  readonly #capacity: CapacityWatch
  readonly #news: News
  readonly #lead: Lead
  #phase: keyof typeof phases = 'proving'
  #cancelWake = (): void => {}
  /** The last that listeners have heard of. */
  #toldState: ClusterState = 'booting'

  constructor(parts: SupervisorParts) {
    this.#parts = parts
    const { entry, settings, system, sockets, steps, events } = parts
    const fleet = new Fleet(settings, (worker, reason) => events.emit('worker:drain', worker.info, reason))
    this.#fleet = fleet
    this.#news = new News(
      fleet,
      system.clock,
      () => this.state,
      () => readinessOf(settings, this.size),
    )
    const rollout = new Rollout(entry, fleet, events)
    this.#rollout = rollout
    this.#lead = new Lead(fleet, rollout, (worker) => events.emit('worker:lead', worker.info))
    this.#filler = new SlotFiller(fleet, rollout, settings, (slot) => this.#boot(slot))
    this.#places = new WantedPlaces(fleet, sockets, system.clock, settings.bootTimeout)
    this.#capacity = new CapacityWatch({
      fleet,
      rollout,
      settings,
      system,
      isClosing: () => this.state === 'closing',
      resize: (workers, step) => this.#resize(workers, step),
    })
    this.#watch = new WorkerWatch({
      fleet,
      rollout,
      lead: this.#lead,
      places: this.#places,
      sockets,
      relay: parts.relay,
      telemetry: parts.telemetry,
      settings,
      clock: system.clock,
      events,
      hangTimeout: () => (isDebugged(entry) ? 0 : settings.hangTimeout),
      step: (step) => steps.run(step),
      reconcile: () => this.#reconcile(),
      updateBalance: () => this.#updateBalance(),
      isClosing: () => this.state === 'closing',
      onReady: (worker) => this.#onReady(worker),
      onProven: () => this.#onProven(),
      endsCluster: (exit) => this.#endsCluster(exit),
      call: parts.onCall,
    })
  }

  get state(): ClusterState {
    const mayMiss = this.#phase === 'booting' || this.#phase === 'serving'
    return mayMiss && this.#fleet.isDegraded ? 'degraded' : phases[this.#phase]
  }

  get size(): number {
    return this.#fleet.slots.length
  }

  get slots(): SlotInfo[] {
    return this.#fleet.slotInfo(this.#parts.system.clock.now())
  }

  /** Whether that was asked for, so that the load does not change it before the next reload. */
  get isHeld(): boolean {
    return this.#capacity.isHeld
  }

  get generation(): number {
    return this.#rollout.release.generation
  }

  get workers(): WorkerInfo[] {
    return this.#fleet.info
  }

  /** The same, for who looks inside them. */
  get handles(): WorkerHandle[] {
    return this.#fleet.workers
  }

  /** Whether connections move from one worker to another. */
  get moves(): boolean {
    return this.#parts.settings.migrate
  }

  /** The one under way, if one is. */
  get reload(): Reload | undefined {
    return this.#rollout.reload
  }

  /** A worker has been ready. */
  get isProven(): boolean {
    return this.#phase !== 'proving'
  }

  get isGone(): boolean {
    return this.#phase === 'gone'
  }

  /** Nothing boots, and no place opens. */
  get #isEnding(): boolean {
    return this.#phase === 'emptying' || this.#phase === 'draining' || this.isGone
  }

  start(): void {
    this.#step(() => this.#reconcile())
  }

  beginReload(): Reload {
    return this.#step(() => {
      const reload = this.#rollout.begin()
      this.#reconcile()
      return reload
    })
  }

  /** While it does something that takes its main thread, others serve in its place. */
  putAside(worker: WorkerHandle, aside: boolean): void {
    this.#step(() => {
      worker.aside = aside
      this.#updateBalance()
    })
  }

  /** Another worker is to have that slot, or none if there is no reason any more. An empty one is filled now. */
  replace(index: number, reason: string | undefined): void {
    this.#step(() => {
      const slot = this.#fleet.slots[index]
      if (slot?.worker && reason === undefined) slot.worker.replaceFor = undefined
      else if (slot?.worker) slot.worker.replaceFor ??= reason
      if (reason !== undefined) slot?.forgive()
      this.#reconcile()
    })
  }

  resize(workers: number, reason: 'asked' | 'options'): void {
    if (reason === 'asked') this.#capacity.hold()
    this.#resize(workers, { from: this.size, reason })
  }

  #resize(workers: number, step: ScaleStep): void {
    this.#step(() => {
      this.#fleet.resize(workers, 'scaled away')
      this.#parts.events.emit('scale', workers, step)
      this.#reconcile()
    })
  }

  /** Drains every worker, after `shutdownDelay` if there is anybody to serve meanwhile. */
  close(reason: string): void {
    if (this.state === 'closing') return
    this.#step(() => {
      const { settings, events, system } = this.#parts
      // What has never served is in no load balancer.
      const delay = this.isProven && settings.listen ? noticeOf(settings) : 0
      this.#phase = 'delaying'
      events.emit('close', reason)
      this.#tellState()
      this.#refuseCalls()
      this.#news.spread()
      if (delay > 0) system.clock.after(delay, () => this.end(reason))
      else this.end(reason)
    })
  }

  /** Drains every worker, at once. */
  end(reason: string): void {
    if (this.#isEnding) return
    this.#step(() => {
      this.#phase = 'emptying'
      this.#tellState()
      this.#refuseCalls()
      this.#fleet.dismissBooting(reason)
      void this.#parts.sockets.close().then(() => this.#drain(reason))
    })
  }

  #drain(reason: string): void {
    this.#step(() => {
      this.#phase = 'draining'
      this.#fleet.close(reason)
      this.#reconcile()
    })
  }

  /** Workers know what has become of them by now, before they hear of anything else. */
  catchUp(): void {
    this.#news.catchUp()
  }

  /** Ends every worker now, whatever it is doing. */
  kill(reason: string): void {
    for (const worker of this.#fleet.workers) worker.kill(reason)
  }

  #step<Result>(step: () => Result): Result {
    return this.#parts.steps.run(step)
  }

  #tellState(): void {
    if (this.state === this.#toldState) return
    this.#toldState = this.state
    this.#parts.events.emit('state', this.#toldState)
  }

  #refuseCalls(): void {
    this.#rollout.abort(new ClusteredError('ERR_CLUSTERED_CLOSING', 'reload: the cluster is closing.'))
    this.#parts.onClosing()
  }

  /** Compares what is wanted with what is there, and takes the next steps. */
  #reconcile(): void {
    this.#cancelWake()
    if (this.#phase === 'draining') return this.#fleet.workers.length === 0 ? this.#leave() : undefined
    if (this.#isEnding) return
    const { clock } = this.#parts.system
    // One time for both: a deadline that passes in between would be missed by both.
    const now = clock.now()
    this.#filler.advance(now, this.isProven)
    this.#updateBalance()
    if (this.#fleet.isFilled) this.#onFilled()
    this.#rollout.finish()
    this.#lead.appoint()
    this.#filler.advanceSpares(now)
    this.#tellState()
    // Those that boot have a pid by then.
    this.#parts.steps.afterwards(() => this.#news.spread())
    if (this.#fleet.isFinished && !this.#parts.settings.remainAfterExit) return this.#onFinished()
    const next = this.#filler.nextDeadline(now)
    if (next < Infinity) this.#cancelWake = clock.after(next - now, () => this.start())
  }

  /** The user's `env` has its say once the step is over. */
  #boot(slot: Slot): void {
    const { system, settings, steps, events } = this.#parts
    const worker = new WorkerHandle(slot.index, this.#rollout.release, system, this.#watch)
    slot.next = worker
    steps.afterwards(() => {
      worker.start(settings, this.#parts.sockets.ports)
      if (worker.state !== 'booting') return
      this.#news.tell(worker)
      events.emit('worker:boot', worker.info)
      if (!this.isProven) noteSilence(worker, settings, system.clock)
    })
  }

  #onFinished(): void {
    this.#parts.onFinished(this.#fleet.exitCode)
    this.close('the program has ended')
  }

  #onProven(): void {
    if (this.#phase === 'proving') this.#phase = 'booting'
  }

  #onReady(worker: WorkerHandle): void {
    this.#onProven()
    this.#parts.events.emit('worker:ready', worker.info, Math.round(worker.readyAt! - worker.bornAt))
    this.#reconcile()
  }

  #onFilled(): void {
    if (this.#phase === 'booting') this.#phase = 'serving'
    this.#capacity.start()
    this.#parts.onFilled()
  }

  #endsCluster(exit: WorkerExit): boolean {
    if (this.isProven) return false
    const { lastWords } = exit
    const { settings, sockets } = this.#parts
    const message =
      (lastWords && sockets.explain(lastWords)) ??
      `The first worker did not come up: ${describe(exit)}${hintAt(exit, this.#rollout.release, settings)}`
    const error = new ClusteredError('ERR_CLUSTERED_BOOT_FAILED', message, { cause: toError(lastWords) })
    this.#parts.onBootFailed(error, exitCodeAfter(exit, this.#rollout.release, settings))
    return true
  }

  #leave(): void {
    this.#phase = 'gone'
    this.#watch.stop()
    this.#capacity.stop()
    this.#parts.onGone()
  }

  #updateBalance(): void {
    if (this.#isEnding) return
    this.#parts.sockets.update(this.#fleet.serving, (key) => this.#places.isAwaited(key))
  }
}
