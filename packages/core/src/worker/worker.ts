/**
 * One worker from inside. `primary/fleet/worker-handle.ts` is the same worker from
 * outside.
 */
import cluster from 'node:cluster'
import type net from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ClusterState, WorkerInfo } from '../cluster.ts'
import { Lifecycle } from '../lifecycle.ts'
import { resolveLogger } from '../logger.ts'
import { onWorkerListen, type TransferableHandle } from '../node-internals.ts'
import { receive, restoreSend, send } from '../protocol/channel.ts'
import type { ForwardedCall, ToPrimary, ToWorker, WorkerBriefing } from '../protocol/messages.ts'
import { shareSignal, takeSignal } from '../own-signals.ts'
import { ShutdownCode } from '../shutdown-code.ts'
import { primarySignals, stopSignals } from '../signal-names.ts'
import { Crash } from './crash.ts'
import { ForwardedCalls } from './forwarded-calls.ts'
import { holdExit } from '../held-exit.ts'
import { Heartbeat } from './heartbeat.ts'
import { toWords } from '../thrown.ts'
import { type Begin, observeRequests } from './requests.ts'
import { Servers } from './servers.ts'
import { VitalSigns } from './vitals.ts'
import { Watchdog } from './watchdog.ts'

export class Worker {
  /** The last that the primary said of the workers. */
  workers: readonly WorkerInfo[] = []
  state: ClusterState = 'booting'
  readonly lifecycle: Lifecycle = new Lifecycle((problem) => this.#report(problem))
  readonly #briefing: WorkerBriefing
  readonly #servers: Servers
  readonly #calls = new ForwardedCalls((message) => this.#tell(message))
  readonly #heartbeat: Heartbeat
  readonly #crash: Crash
  readonly #vitals: VitalSigns
  readonly #watchdog: Watchdog
  readonly #shutdownCode = new ShutdownCode(this.lifecycle.report)
  /** The last that this worker got itself. */
  #signal: string | undefined
  #draining = false
  #exitHeld = false

  constructor(briefing: WorkerBriefing) {
    this.#briefing = briefing
    // Node would otherwise end this process, requests and all, the moment the
    // primary dies.
    cluster.worker!.exitedAfterDisconnect = true
    const { lagWarning, hangTimeout, drainTimeout } = briefing
    this.#watchdog = new Watchdog({ lagWarning, hangTimeout, drainTimeout, requestExpression })
    this.#heartbeat = new Heartbeat((beat) => this.#tell({ type: 'beat', ...beat }))
    this.#vitals = new VitalSigns((vitals) => this.#tell({ type: 'vitals', vitals }))
    this.#crash = new Crash({
      tell: (error, contained) => {
        this.#tell({ type: 'crash', error: toWords(error), contained })
        // It serves on until the primary has another in its place.
        if (contained) process.exitCode ??= uncaughtExitCode
      },
      exitHeld: () => {
        this.#exitHeld = true
        this.#leaveIfClosed()
      },
    })
    if (briefing.crash === 'contain') this.#crash.watchExits()
    // Before the app is loaded, which may keep what it finds as `process.exit`.
    holdExit(() => this.#holdsExit())
    this.#servers = new Servers({
      found: (server, balance) => this.#watch(server, balance),
      listening: () => this.#watchdog.judge(),
      closed: () => this.#leaveIfClosed(),
    })
    onWorkerListen((server, request, give) => this.#servers.listen(server, request, give))
    receive<ToWorker>(process, (message, handle) => this.#onMessage(message, handle))
    process.once('disconnect', () => {
      this.state = 'closing'
      this.#calls.fail()
      void this.#drain()
    })
    this.#takeSignals()
  }

  /** How connections reach this worker, from its first server on. */
  get balance(): 'kernel' | 'round-robin' | null {
    return this.#servers.balance
  }

  /** Gives the server the name under which the primary already listens for it. */
  name(server: net.Server, key: string): void {
    this.#servers.name(server, key)
  }

  /** Has the primary carry out a method of `Cluster`. */
  call(call: ForwardedCall): Promise<void> {
    return this.#calls.make(call)
  }

  #tell(message: ToPrimary): void {
    send(process, message)
  }

  #onMessage(message: ToWorker, handle: TransferableHandle | undefined): void {
    switch (message.type) {
      case 'listen-reply':
        return this.#servers.onReply(message, handle)
      case 'lend':
        return this.#servers.borrow(message, handle)
      case 'take-back':
        return this.#servers.takeBack(message)
      case 'connection':
        return this.#servers.takeConnection(message, handle)
      case 'hand-off-check':
        return this.#tell({ ...message, type: 'answer', accepted: false })
      case 'drain':
        return void this.#drainNextTurn(message)
      case 'workers':
        this.workers = message.workers
        this.state = message.state
        return
      case 'call-reply':
        return this.#calls.settle(message)
    }
  }

  #watch(server: net.Server, balance: Worker['balance']): void {
    // Only a socket that was lent can be lent to a sibling as well.
    if (balance === 'kernel') this.#heartbeat.watch(server)
    this.#vitals.watch(server)
    if (this.#briefing.crash === 'contain') this.#crash.contain()
    observeRequests(server, this.#begin)
  }

  readonly #begin: Begin = (answer, body) => {
    this.#vitals.begin(answer)
    if (this.#briefing.crash === 'contain') this.#crash.begin(answer, body)
  }

  /** The request that the code running now was started by, if it is known. */
  get request(): string | undefined {
    return this.#crash.request
  }

  /** An app that closes its servers before it exits is not told to drain: it serves nobody. */
  #leaveIfClosed(): void {
    if (this.#exitHeld && this.#servers.areClosed) void this.#drain()
  }

  /**
   * A signal to a worker is a request to replace it; the primary decides.
   * Ctrl-C and systemd signal the whole group: then it decides to stop.
   */
  #takeSignals(): void {
    const onStop = (signal: NodeJS.Signals): void => {
      this.#signal = signal
      // With it, shutdown code says that it has ended.
      if (!this.#shutdownCode.end()) this.#tell({ type: 'signal', signal })
    }
    for (const signal of stopSignals) takeSignal(signal, onStop)
    if (process.platform === 'win32') return
    for (const signal of primarySignals) shareSignal(signal, () => {})
  }

  /** A worker that drains will end, and its shutdown code says when. */
  #holdsExit(): boolean {
    const isHeld = this.#crash.holdsExit()
    if (!this.#draining || this.#crash.isLeaving) return isHeld
    this.#shutdownCode.end()
    return true
  }

  /** At the last stop the queues end with us: a whole turn takes what is in them. */
  async #drainNextTurn(order: Drain): Promise<void> {
    await nextTurn()
    await nextTurn()
    await this.#drain(order)
  }

  async #drain(order: Partial<Drain> = {}): Promise<void> {
    if (this.#draining) return
    this.#draining = true
    const { migrate = false, timeout = this.#briefing.drainTimeout, reason = this.#signal } = order
    await this.lifecycle.end(
      timeout,
      () => this.#servers.drain(timeout, migrate),
      (left) => this.#shutdownCode.run(left, reason),
    )
    this.#leave()
  }

  /** The primary has the app's logger at hand and says which worker it was. */
  #report(problem: string): void {
    if (process.connected) this.#tell({ type: 'problem', problem })
    else resolveLogger(undefined).error(problem)
  }

  #leave(): void {
    if (!process.connected) this.#crash.exit()
    process.once('disconnect', () => this.#crash.exit())
    restoreSend(process)
    // A round trip to the primary and back: what it sent before has arrived by
    // then, and what we answered has been sent.
    cluster.worker!.disconnect()
  }
}

/** Of the runtime in `runtime.ts`; evaluated by the watchdog while this thread stands still. */
const requestExpression = "globalThis[Symbol.for('@clustered/core')].worker.request"

/** Node's own, for an error that nobody has caught. */
const uncaughtExitCode = 1

type Drain = Extract<ToWorker, { type: 'drain' }>
