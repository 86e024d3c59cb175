import type { EventEmitter } from 'node:events'
import type { Vitals } from '../../cluster.ts'
import type { ClusterEvents, WorkerExit } from '../../events.ts'
import type { TransferableHandle } from '../../node-internals/handles.ts'
import type { Settings } from '../../settings.ts'
import { beats, type LastWords, type ToPrimary } from '../../protocol/messages.ts'
import type { WatchdogReport } from '../../protocol/watchdog.ts'
import type { Clock } from '../../running-clock.ts'
import type { Telemetry } from '../../telemetry/telemetry.ts'
import type { Relay } from '../relay/relay.ts'
import type { Sockets } from '../sockets/sockets.ts'
import type { Fleet } from './fleet.ts'
import { ifItServesNothing } from './first-boot.ts'
import { Hints } from './hints.ts'
import { Lateness } from './lateness.ts'
import type { Lead } from './lead.ts'
import { PlaceDifferences } from './place-differences.ts'
import { recycleReason } from './recycling.ts'
import type { Rollout } from './rollout.ts'
import type { Slot } from './slot.ts'
import { slotFailure } from './slot-failure.ts'
import { Silence } from './silence.ts'
import type { WantedPlaces } from './wanted-places.ts'
import type { WorkerEvents, WorkerHandle } from './worker-handle.ts'

/** How long (in ms) a signal to a worker waits for the same signal to the primary. */
const groupSignalDelay = 100

/** How long (in ms) a worker may listen nowhere: an app may close its server and listen again. */
const relistenTime = 1000

export interface WatchedFleet {
  readonly fleet: Fleet
  readonly rollout: Rollout
  readonly lead: Lead
  readonly places: WantedPlaces
  readonly sockets: Sockets
  readonly relay: Relay
  readonly telemetry: Telemetry
  readonly settings: Settings
  readonly clock: Clock
  readonly events: EventEmitter<ClusterEvents>
  /** Milliseconds; 0 for never. */
  readonly hangTimeout: () => number
  /** Does the whole of something before anything that it gives rise to. */
  readonly step: (step: () => void) => void
  /** Acts on what is known now. */
  readonly reconcile: () => void
  readonly updateBalance: () => void
  readonly isClosing: () => boolean
  /** Some worker listens for the first time. */
  readonly onReady: (worker: WorkerHandle) => void
  /** The program has come up, though it may have ended by now. */
  readonly onProven: () => void
  /** @returns whether that ends the cluster, as no worker has ever been ready. */
  readonly endsCluster: (exit: WorkerExit) => boolean
  readonly call: (worker: WorkerHandle, message: Extract<ToPrimary, { type: 'call' }>) => void
}

/** What workers say and do, and what becomes known, or wanted, by it. */
export class WorkerWatch implements WorkerEvents {
  readonly #watched: WatchedFleet
  readonly #lateness: Lateness
  readonly #silence: Silence
  readonly #differences: PlaceDifferences
  readonly #hints: Hints
  #listensAfterAll = false

  constructor(watched: WatchedFleet) {
    this.#watched = watched
    const { fleet, sockets, clock, settings } = watched
    this.#hints = new Hints(fleet.slots, settings)
    this.#differences = new PlaceDifferences(fleet, sockets, clock, settings.logger)
    this.#lateness = new Lateness(watched.clock, () => watched.step(() => watched.updateBalance()))
    this.#silence = new Silence(watched.hangTimeout, watched.clock)
  }

  message(worker: WorkerHandle, message: ToPrimary, handle: TransferableHandle | undefined): void {
    const { settings, relay, telemetry, step } = this.#watched
    // It logs, which is the user's code, and takes a step of its own if it scales.
    if (message.type === 'options') return settings.codeOptions?.take(worker, message)
    // Nothing that the fleet knows changes.
    if (message.type === 'publish') return relay.publish(worker, message.messages)
    if (message.type === 'subscribe') return relay.subscribe(worker, message.topic)
    if (message.type === 'unsubscribe') return relay.unsubscribe(worker, message.topic)
    if (message.type === 'metrics') {
      // While it boots, its SDK may not be set up yet.
      if (worker.state !== 'booting') telemetry.learn(worker.release.generation, message.measured ?? false)
      return telemetry.update(worker, message.metrics)
    }
    // Taken already, where there are log files.
    if (message.type === 'reopened') return
    step(() => this.#onMessage(worker, message, handle))
  }

  exit(worker: WorkerHandle, exit: WorkerExit): void {
    this.#watched.step(() => this.#onExit(worker, exit))
  }

  stall(worker: WorkerHandle, stall: WatchdogReport): void {
    if (stall.kind === 'busy') return this.#onBusy(worker)
    this.#watched.step(() => {
      this.#watched.events.emit(`worker:${stall.kind}`, worker.info, stall)
      if (stall.kind === 'hung') worker.kill(`hung for ${stall.stalledFor} ms`)
    })
  }

  problem(worker: WorkerHandle, problem: string): void {
    this.#watched.events.emit('worker:problem', worker.info, problem)
  }

  overdue(worker: WorkerHandle): void {
    this.#watched.step(() => this.#onOverdue(worker))
  }

  stop(): void {
    this.#lateness.stop()
  }

  #onMessage(
    worker: WorkerHandle,
    message: Exclude<
      ToPrimary,
      { type: 'options' | 'publish' | 'subscribe' | 'unsubscribe' | 'metrics' | 'reopened' }
    >,
    handle: TransferableHandle | undefined,
  ): void {
    const { sockets, places, lead, call, settings, reconcile } = this.#watched
    switch (message.type) {
      case 'listen':
        return void sockets.share(worker, message, places.lends(worker, message.key))
      case 'listening':
        worker.listens(message.key)
        if (!settings.listen) this.#onListensAfterAll(message.key)
        return this.#onListening()
      case 'ready':
        if (!settings.listen && worker.state === 'booting') this.#becomeReady(worker)
        return
      case 'closed':
        return this.#onClosed(worker, message.key)
      case 'settled':
        worker.settled = true
        return this.#onListening()
      case 'may-lead':
        worker.mayLead = true
        return
      case 'lead-over':
        lead.end(worker)
        return reconcile()
      case 'checks':
        worker.checks = message.names
        return
      case 'hint':
        return this.#hints.take(message.hint)
      case 'answer':
        return sockets.onAnswer(worker, message)
      case 'room':
        return sockets.onRoom(worker, message)
      case 'ticket-keys':
        return sockets.onTicketKeys(worker, message)
      case 'returned':
        return sockets.onReturned(worker, message)
      case 'adopt':
        return sockets.adopt(worker, message, handle!)
      case 'pass':
        return sockets.pass(worker, message, handle!)
      case 'gave':
        return sockets.onGave(worker, message)
      case 'beat':
        worker.scarce = message.scarce ?? false
        sockets.onBeat(worker, message)
        return this.#onBeat(worker, message.next)
      case 'vitals':
        return this.#onVitals(worker, message.vitals)
      case 'said':
        return void (worker.lastLine = message.text)
      case 'crash':
        return message.contained ? this.#onContained(worker, message.error) : undefined
      case 'problem':
        return this.problem(worker, message.problem)
      case 'signal':
        return this.#onSignal(worker, message.signal)
      case 'told':
        return worker.asks.settle(message)
      case 'call':
        return call(worker, message)
    }
  }

  /** It writes a heap snapshot, say: no beat comes, and nothing is wrong. */
  #onBusy(worker: WorkerHandle): void {
    worker.holdOff()
    if (worker.state !== 'booting') this.#silence.break(worker)
  }

  /** Whoever boots may now have all that it needs, also because those it replaces have less. */
  #onListening(): void {
    const { fleet, places, updateBalance, settings } = this.#watched
    updateBalance()
    if (!settings.listen) return
    for (const worker of fleet.workers)
      if (worker.state === 'booting' && places.areComplete(worker)) this.#becomeReady(worker)
  }

  /** A port for a health check, say: it is served as any other. */
  #onListensAfterAll(key: string): void {
    const { sockets, settings } = this.#watched
    if (settings.mayListen) return this.#serves()
    if (this.#listensAfterAll) return
    this.#listensAfterAll = true
    settings.logger.info(
      'place:unawaited',
      `the program listens at ${sockets.describe(key)}, and is started with --no-listen (listen: false): that is ` +
        'served, and nobody waits for it. If it is to serve requests, leave that option out',
    )
  }

  /** It has shown what it is. Who serves is replaced with overlap. */
  #serves(): void {
    const { settings } = this.#watched
    const reload = { ...settings.reload, surge: settings.reload.surge || 1 }
    Object.assign(settings, { listen: true, mayListen: false, readyAfter: undefined, reload })
  }

  #becomeReady(worker: WorkerHandle): void {
    worker.becomeReady()
    this.#onBeat(worker, beats.idle.every)
    if (this.#watched.settings.listen) this.#differences.lookSoon()
    this.#watched.onReady(worker)
  }

  #onClosed(worker: WorkerHandle, key: string): void {
    const { sockets, clock, step, reconcile, settings } = this.#watched
    worker.closes(key)
    sockets.onClosed(worker, key)
    if (worker.listensNowhere && settings.listen)
      clock.after(relistenTime, () => step(() => worker.listensNowhere && this.#onNowhere(worker)))
    this.#onListening()
    reconcile()
  }

  /** It holds a place in which another could serve. */
  #onNowhere(worker: WorkerHandle): void {
    const { reconcile } = this.#watched
    if (worker.replaceFor) return
    this.problem(worker, 'it listens nowhere any more: the app has closed its servers. It is replaced')
    if (worker.isSpare) return worker.kill('it listens nowhere')
    worker.crashed = true
    worker.replaceFor = 'it listens nowhere'
    reconcile()
  }

  #onOverdue(worker: WorkerHandle): void {
    const { fleet, rollout, sockets, places, settings } = this.#watched
    const after = `after ${settings.bootTimeout} ms`
    if (!settings.listen) return worker.kill(`not ready ${after}: ${whyNotReady(settings)}`)
    if (worker.listening.size === 0)
      return worker.kill(
        `not listening ${after}: it runs, and has no server that listens. ${ifItServesNothing(settings)}`,
      )
    const missing = places.missing(worker)
    const where = `at ${missing.map((key) => sockets.describe(key)).join(' and ')} ${after}`
    if (places.areRequired(missing)) return worker.kill(`not listening ${where}`)
    if (rollout.reload?.release === worker.release || fleet.slotOf(worker)?.worker)
      return worker.kill(
        `not listening ${where}, where the worker before it does. ` +
          'If the program is to do without: stop the cluster and start it anew',
      )
    // Better than an empty slot, for what it does serve.
    this.problem(worker, `it does not listen ${where}, as the worker before it did`)
    this.#becomeReady(worker)
  }

  /** While a worker boots, its loop may stand still for long: loading an app is no fault. */
  #onBeat(worker: WorkerHandle, next: number): void {
    if (worker.state === 'booting') return
    this.#silence.break(worker)
    this.#lateness.beat(worker, next)
  }

  #onVitals(worker: WorkerHandle, vitals: Vitals): void {
    const { settings, clock, reconcile } = this.#watched
    worker.vitals = vitals
    worker.heardAt = clock.now()
    if (worker.replaceFor || !worker.serving) return
    worker.replaceFor = recycleReason(worker, settings, clock.now())
    if (worker.replaceFor) reconcile()
  }

  /** It serves on, and keeps its place until another has it. */
  #onContained(worker: WorkerHandle, error: LastWords): void {
    const { fleet, rollout, events, reconcile } = this.#watched
    if (worker.state === 'booting' || worker.isSpare) return worker.kill('it crashed before it served')
    if (worker.state !== 'ready') return
    const isFirst = !worker.crashed
    worker.crashed = true
    if (isFirst) events.emit('worker:crash', worker.info, error)
    const { lastWords } = worker
    const exit = { reason: 'crash', code: null, signal: null, lastWords, asTold: false, finished: false }
    const slot = fleet.slotOf(worker)
    if (slot) slot.lastFailure = slotFailure(worker, exit)
    worker.replaceFor ??= 'crash'
    // New code that crashes before it has shown that it stays up has not shown it.
    if (slot?.next === worker) rollout.fails(worker, exit)
    reconcile()
  }

  #onSignal(worker: WorkerHandle, signal: string): void {
    const { fleet, clock, step, reconcile, isClosing } = this.#watched
    // Asked twice: not waiting for the replacement is what is asked for.
    const slot = worker.replaceFor && worker.serving ? fleet.slotOf(worker) : undefined
    if (slot?.worker === worker) {
      slot.vacate()
      fleet.drain(worker, signal)
      reconcile()
    }
    // Ctrl-C reaches every process at once: the primary's own may be on its way.
    clock.after(groupSignalDelay, () =>
      step(() => {
        if (isClosing()) return
        worker.replaceFor ??= signal
        reconcile()
      }),
    )
  }

  #onExit(worker: WorkerHandle, exit: WorkerExit): void {
    const { fleet, sockets, relay, telemetry, lead, events, reconcile } = this.#watched
    relay.forget(worker)
    telemetry.finish(worker)
    this.#lateness.forget(worker)
    this.#silence.forget(worker)
    sockets.onExit(worker)
    lead.end(worker)
    const slot = fleet.remove(worker)
    const finished = slot !== undefined && this.#isFinish(slot, worker, exit)
    events.emit('worker:exit', worker.info, { ...exit, finished })
    if (slot) this.#onLoss(slot, worker, { ...exit, finished })
    reconcile()
  }

  /** Whether a program that is to end has, so that it is not started again. */
  #isFinish(slot: Slot, worker: WorkerHandle, { code }: WorkerExit): boolean {
    const { rollout, settings } = this.#watched
    if (settings.restart === 'always' || (settings.restart === 'on-failure' && code !== 0)) return false
    if (slot.worker && slot.worker !== worker) return false
    // New code that ends where the old did not is to be looked at.
    return rollout.reload?.release !== worker.release || slot.endsByItself
  }

  /** A worker left that was not told to. */
  #onLoss(slot: Slot, worker: WorkerHandle, exit: WorkerExit): void {
    const { fleet, rollout, events, clock, settings, onProven, endsCluster } = this.#watched
    const wasNext = worker === slot.next
    slot.drop(worker)
    if (!settings.listen && exit.code === 0) onProven()
    // What a contained error was is worth more than how its worker then left.
    const isFault = !exit.finished || exit.code !== 0
    if (!worker.crashed && isFault) slot.lastFailure = slotFailure(worker, exit)
    if (endsCluster(exit)) return
    if (exit.finished) return slot.finish(exit)
    if (!wasNext) fleet.fillWithSpare(slot)
    if (wasNext && rollout.fails(worker, exit)) return
    const { failures, delay } = slot.countFailure(worker, clock.now())
    if (delay > 0) events.emit('slot:backoff', slot.index, failures, delay)
  }
}

function whyNotReady({ readyAfter }: Settings): string {
  return readyAfter === 'message'
    ? "the program has not said that it is, by process.send('ready')"
    : 'its event loop has not turned long enough'
}
