/**
 * One worker from inside. `primary/fleet/worker-handle.ts` is the same worker from
 * outside.
 */
import cluster from 'node:cluster'
import type { ServerResponse } from 'node:http'
import type * as net from 'node:net'
import type { ClusterState, SlotInfo, WorkerInfo } from '../cluster.ts'
import { announce } from '../diagnostics.ts'
import { defaultGoodbye } from '../goodbye-settings.ts'
import { leastForShutdown, Lifecycle } from '../lifecycle.ts'
import type { Sticky as StickyOption } from '../options.ts'
import { watchFlush } from '../log-flush.ts'
import { stderrLog } from '../logger.ts'
import { registered } from '../telemetry/otel/registered.ts'
import { bus } from '../messages/bus.ts'
import type { TransferableHandle } from '../node-internals/handles.ts'
import { onWorkerListen } from '../node-listening.ts'
import { receive, restoreSend, send } from '../protocol/channel.ts'
import type { ForwardedCall, Readiness, ToPrimary, ToWorker, WorkerBriefing } from '../protocol/messages.ts'
import { shareSignal, takeSignal } from '../own-signals.ts'
import { ShutdownCode } from '../shutdown-code.ts'
import { primarySignals, stopSignals } from '../signal-names.ts'
import { flush } from './compile-cache.ts'
import { Crash } from './crash.ts'
import { ForwardedCalls } from './forwarded-calls.ts'
import { holdExit } from '../held-exit.ts'
import type { Inside } from './inside/inside.ts'
import { Heartbeat } from './heartbeat.ts'
import { answerWhatIsInFlight, closeIdle } from './last-answers.ts'
import { lastLine } from './last-line.ts'
import { toWords } from '../thrown.ts'
import type { OwnOptions } from './own-options.ts'
import { areDescriptorsScarce } from './overflow.ts'
import { type Begin, observeRequests } from './requests.ts'
import { awaitsMessages, Presence } from './presence.ts'
import { reopenLogs } from './reopen-logs.ts'
import { Servers } from './servers.ts'
import { SiblingPorts } from './sibling-ports.ts'
import { rememberSocketModes } from './socket-modes.ts'
import type { Sticky } from './sticky/sticky.ts'
import { VitalSigns } from './vitals.ts'
import type { WorkerMetric } from '../telemetry/metric.ts'
import type { WorkerMetrics } from '../telemetry/worker/worker-metrics.ts'
import type { Metric } from '../telemetry/metric.ts'
import { Watchdog } from './watchdog.ts'
import { metricsOff } from '../errors.ts'
import { newWorkerId } from '../worker-id.ts'

/** In characters: the primary believes no longer ones. */
const longestRequest = 2000

export class Worker {
  /** The last that the primary said of the workers. */
  workers: readonly WorkerInfo[] = []
  slots: readonly SlotInfo[] = []
  state: ClusterState = 'booting'
  /** A primary of an older release does not say. */
  readiness: Readiness | undefined
  /** It has drained: nothing that runs in it now is asked for by a request. */
  answered = false
  slot: number
  /** What it is called in the ids of sessions. */
  readonly id: string
  readonly lifecycle: Lifecycle = new Lifecycle((problem) => this.#report(problem))
  readonly #briefing: WorkerBriefing
  readonly #servers: Servers
  readonly #calls = new ForwardedCalls((message) => this.#tell(message))
  readonly #heartbeat: Heartbeat
  readonly #crash: Crash
  readonly #vitals: VitalSigns
  /** What it tells of itself, where that is wanted. */
  readonly #metrics: WorkerMetrics | undefined
  readonly #watchdog: Watchdog
  readonly #presence: Presence
  readonly #siblingPorts: SiblingPorts
  readonly #bus = bus()
  readonly #shutdownCode: ShutdownCode
  /** The last that this worker got itself. */
  #signal: string | undefined
  #stickyOption: StickyOption | undefined
  #sticky: Sticky | undefined
  #inside: Inside | undefined
  #draining = false
  #optionsTold = false
  #stickyGiven = false
  #exitHeld = false
  #isReady = false

  constructor(briefing: WorkerBriefing) {
    this.#briefing = briefing
    this.slot = briefing.slot
    this.id = briefing.id ?? newWorkerId()
    this.#shutdownCode = new ShutdownCode(this.lifecycle.report, () =>
      this.#serves ? undefined : { awaitsMessages },
    )
    this.#stickyOption = briefing.sticky
    // Node would otherwise end this process, requests and all, the moment the
    // primary dies.
    cluster.worker!.exitedAfterDisconnect = true
    const { lagWarning, hangTimeout, drainTimeout } = briefing
    this.#watchdog = new Watchdog({ lagWarning, hangTimeout, drainTimeout })
    watchFlush((flushing) => this.#watchdog.judge(!flushing))
    this.#heartbeat = new Heartbeat((beat) =>
      this.#tell({ type: 'beat', ...beat, open: this.#servers.open(), scarce: areDescriptorsScarce() }),
    )
    if (briefing.metrics) this.#metrics = this.#loadMetrics()
    this.#vitals = new VitalSigns((vitals) => {
      this.#tell({ type: 'vitals', vitals })
      this.#metrics?.hear(vitals)
    }, this.#metrics?.requests)
    this.#crash = new Crash({
      tell: (error, contained, request) => {
        this.#tell({
          type: 'crash',
          error: { ...toWords(error), request: request?.slice(0, longestRequest) },
          contained,
        })
        announce('clustered:crash', () => ({ slot: this.slot, error, request, contained }))
        // The primary says it, and who has the port. Node's report would be a stack of its own code.
        if (!contained && this.#servers.isRefusal(error)) process.exit(uncaughtExitCode)
        // It serves on until the primary has another in its place.
        if (contained) process.exitCode ??= uncaughtExitCode
      },
      exitHeld: () => {
        this.#exitHeld = true
        this.#leaveIfClosed()
      },
    })
    // Before the app is loaded, which may keep what it finds as `process.exit`.
    holdExit(() => this.#holdsExit())
    this.#presence = new Presence(
      () =>
        !this.#shutdownCode.isRunning &&
        (this.#draining || this.#servers.everListened || this.#bus.hasListeners || awaitsMessages()),
      () => this.#tell({ type: 'settled' }),
    )
    this.#siblingPorts = new SiblingPorts(briefing.ports)
    this.#servers = new Servers({
      asks: ({ port }) => {
        flush()
        this.#siblingPorts.join(port)
        this.#presence.ask()
      },
      answered: () => this.#presence.answered(),
      found: (server) => this.#watch(server),
      placed: (server, key) => this.#findSticky()?.watch(server, key),
      listening: () => this.#watchdog.judge(),
      closed: () => this.#leaveIfClosed(),
    })
    rememberSocketModes()
    onWorkerListen(
      (server, request, give) => this.#servers.listen(server, request, give),
      () => this.#presence.stay(),
    )
    receive<ToWorker>(process, (message, handle) => this.#onMessage(message, handle))
    process.once('disconnect', () => {
      this.state = 'closing'
      // Another primary may begin at any time.
      this.lifecycle.leading.abort()
      this.#calls.fail()
      void this.#drainAsOrphan()
    })
    this.#bus.connect({
      send: (messages, sent) => send<ToPrimary>(process, { type: 'publish', messages }, undefined, sent),
      follow: (topic, follows) => this.#tell({ type: follows ? 'subscribe' : 'unsubscribe', topic }),
    })
    process.once('exit', (code) => {
      const text = code === 0 ? undefined : lastLine()
      if (text !== undefined && process.connected) this.#tell({ type: 'said', text })
    })
    this.#crash.watchExits(briefing.crash === 'contain', (contains) => this.#endConnections(contains))
    this.#takeSignals()
    this.#awaitReadiness()
    if (briefing.leads) this.#tell({ type: 'may-lead' })
    else
      this.lifecycle.leading.refuse(
        'onLead: the primary is of a release that does not have it. Restart the program, primary and all',
      )
  }

  /** How connections reach this worker, from its first server on. */
  get balance(): 'kernel' | 'round-robin' | null {
    return this.#servers.balance
  }

  /** Gives the server the name under which the primary already listens for it. */
  name(server: net.Server, key: string): void {
    this.#servers.name(server, key)
  }

  /** What the program's first call of `clustered` that says so says; it counts more than what the primary was told. */
  useSticky(option: StickyOption | undefined): void {
    if (this.#sticky || this.#stickyGiven || option === undefined) return
    this.#stickyGiven = true
    this.#stickyOption = option
  }

  /** It is loaded where it is asked for. */
  #findSticky(): Sticky | undefined {
    const option = this.#stickyOption
    if (this.#sticky || option === undefined) return this.#sticky
    const { primary, id, folders } = this.#briefing
    if (id === undefined || folders === undefined) {
      this.#stickyOption = undefined
      this.#report(
        'sticky: the primary is of a release that does not have it. Restart the program, primary and all',
      )
      return undefined
    }
    const { Sticky } = require('./sticky/sticky.js') as typeof import('./sticky/sticky.ts')
    this.#sticky = new Sticky({
      id,
      primary,
      folders,
      option,
      report: this.lifecycle.report,
      pass: (...connection) => this.#servers.pass(...connection),
    })
    return this.#sticky
  }

  /** The options of the program's first call of `clustered` are those of the cluster. */
  tellOptions(own: OwnOptions): void {
    if (this.#optionsTold) return
    this.#optionsTold = true
    this.#tell({ type: 'options', ...own })
  }

  /** The app has checks by these names, which the primary may have run here. */
  tellChecks(names: string[]): void {
    if (names.length > 0) this.#tell({ type: 'checks', names })
  }

  /** Has the primary carry out a method of `Cluster`. */
  call<Result = void>(call: ForwardedCall): Promise<Result> {
    this.#presence.stay()
    return this.#calls.make(call)
  }

  /** Those of the cluster, with the last of this worker. */
  async askMetrics(): Promise<Metric[]> {
    if (!this.#metrics) throw metricsOff(this.#briefing.metrics)
    await this.#metrics.tellAll()
    return this.call({ method: 'metrics' })
  }

  #tell(message: ToPrimary): void {
    send(process, message)
  }

  #onMessage(message: ToWorker, handle: TransferableHandle | undefined): void {
    switch (message.type) {
      case 'listen-reply':
        return this.#servers.onReply(message, handle)
      case 'ticket-keys':
        return this.#servers.onTicketKeys(message)
      case 'lend':
        return this.#servers.borrow(message, handle)
      case 'take-back':
        return this.#servers.takeBack(message)
      case 'connection':
        return this.#servers.takeConnection(message, handle)
      case 'give':
        return void this.#servers.give(message)
      case 'hand-off-check':
        return this.#servers.onHandOffCheck(message)
      case 'drain':
        return void this.#drain(message)
      case 'workers':
        return this.#learn(message)
      case 'lead':
        return this.lifecycle.leading.begin()
      case 'messages':
        return this.#bus.deliver(message.messages)
      case 'reopen':
        return this.#reopen(message)
      case 'ask':
        return this.#answer(message)
      case 'call-reply':
        return this.#calls.settle(message)
    }
  }

  /** The program is ready when it listens; of one that need not, it is the briefing that says when. */
  get #serves(): boolean {
    const { readyAfter, mayListen } = this.#briefing
    return readyAfter === undefined || (mayListen === true && this.#servers.everListened)
  }

  /** From the first turn of the event loop on: until then, the program is only loaded. */
  #awaitReadiness(): void {
    const { readyAfter } = this.#briefing
    if (typeof readyAfter !== 'number') return
    const tell = (): void => this.#tell({ type: 'ready' })
    setImmediate(() => setTimeout(tell, readyAfter).unref()).unref()
  }

  /** The primary knows that it is. */
  #onReady(): void {
    this.#siblingPorts.forget()
    if (this.#isReady) return
    this.#isReady = true
    announce('clustered:ready', () => ({ slot: this.slot }))
    if (this.#briefing.hints && this.slots.length > 1) setImmediate(() => this.#lookForHints()).unref()
    if (this.#serves) return
    this.#watchdog.judge()
    if (this.#briefing.crash === 'contain') this.#crash.contain()
  }

  /** As far as it cannot, the primary fetches what it writes. */
  #reopen({ targets, turn }: Extract<ToWorker, { type: 'reopen' }>): void {
    try {
      reopenLogs(targets)
    } catch (error) {
      this.#report(`it cannot open the log file that has followed the rotated one: ${toWords(error).message}`)
    }
    this.#tell({ type: 'reopened', turn })
  }

  #learn({ workers, slots = [], state, readiness }: Extract<ToWorker, { type: 'workers' }>): void {
    this.workers = workers
    this.slots = slots
    this.state = state
    this.readiness = readiness
    this.#heartbeat.workers = workers.length
    const own = workers.find(({ pid }) => pid === process.pid)
    if (own && own.state !== 'booting') this.#onReady()
    if (own && own.slot !== this.slot) this.#takePlace(own.slot)
  }

  /** A spare learns late which slot it is in. */
  #takePlace(slot: number): void {
    this.slot = slot
    for (const name of this.#briefing.slotVariables ?? []) process.env[name] = String(slot)
  }

  #watch(server: net.Server): void {
    this.#heartbeat.watch(server)
    this.#vitals.watch(server)
    if (this.#briefing.crash === 'contain') this.#crash.contain()
    observeRequests(server, this.#begin)
  }

  readonly #begin: Begin = (answer, body) => {
    this.#vitals.begin(answer)
    if (this.#briefing.crash === 'contain') this.#crash.begin(answer, body)
  }

  /** The request that the code running now was started by, if it is known; also asked for by the watchdog. */
  get request(): string | undefined {
    return this.#crash.request
  }

  /** What somebody who looks inside sees, as JSON; also asked for by the watchdog, while this thread stands. */
  look(query: boolean, most: number): string {
    return JSON.stringify(this.#loadInside().look(query, most))
  }

  /** It is loaded where it is asked for. */
  #loadInside(): Inside {
    const { Inside: Loaded } = require('./inside/inside.js') as typeof import('./inside/inside.ts')
    return (this.#inside ??= new Loaded({
      vitals: this.#vitals,
      request: () => this.request,
      giveAll: () => this.#servers.giveAll(),
      tell: (message) => this.#tell(message),
      onInspector: () => this.#watchdog.lookForDebugger(),
    }))
  }

  /** It is loaded when the worker serves, so that no boot takes longer for it. */
  #lookForHints(): void {
    try {
      const { lookForHints } = require('./hints/look.js') as typeof import('./hints/look.ts')
      lookForHints(
        () => ({
          sticky: typeof this.#stickyOption === 'function' ? 'function' : this.#stickyOption,
          leads: this.lifecycle.leading.leads || this.#draining,
        }),
        (hint) => this.#tell({ type: 'hint', hint }),
      )
    } catch {
      // Its files are gone, or may not be read any more.
    }
  }

  #answer(message: Extract<ToWorker, { type: 'ask' }>): void {
    try {
      void this.#loadInside().answer(message)
    } catch (error) {
      const { message: words } = error as Error
      const reason = { code: 'ERR_CLUSTERED_RELEASE_GONE', message: `its files are gone: ${words}` }
      this.#tell({ type: 'told', id: message.id, answer: undefined, error: reason })
    }
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

  /** The queues end with the last of us. */
  async #drainAsOrphan(): Promise<void> {
    await this.#servers.emptyQueues()
    await this.#drain()
  }

  async #drain(order: Partial<Extract<ToWorker, { type: 'drain' }>> = {}): Promise<void> {
    if (this.#draining) return
    this.#draining = true
    const { drainTimeout, goodbye: briefed = defaultGoodbye } = this.#briefing
    const { migrate = false, timeout = drainTimeout, goodbye = briefed, reason = this.#signal } = order
    await this.lifecycle.end(
      timeout,
      async () => {
        const deadline = performance.now() + timeout
        await Promise.all([
          this.#servers.drain(timeout, goodbye, migrate),
          this.#sticky?.sayGoodbye(timeout, goodbye),
          // It goes on taking jobs until it is told not to.
          !this.#serves && this.#shutdownCode.run(Math.max(leastForShutdown, timeout), reason),
        ])
        await this.#sticky?.close(deadline - performance.now())
        this.answered = true
      },
      {
        last: (left) => this.#shutdownCode.run(left, reason),
        leadOver: () => this.#tell({ type: 'lead-over' }),
        signal: stopSignals.find((signal) => signal === reason),
      },
    )
    await this.#metrics?.tellAll()
    this.#tellLast()
    this.#leave()
  }

  #loadMetrics(): WorkerMetrics {
    const { WorkerMetrics: Loaded } =
      require('../telemetry/worker/worker-metrics.js') as typeof import('../telemetry/worker/worker-metrics.ts')
    const tell = (metrics: WorkerMetric[]): void =>
      this.#tell({ type: 'metrics', metrics, measured: registered().metrics !== undefined })
    return new Loaded(tell, this.lifecycle.report)
  }

  /** This process ends. @param answers whether the requests that it has are answered. */
  #endConnections(answers: boolean): void {
    const answered = answers ? answerWhatIsInFlight() : []
    if (process.connected) this.#servers.tellTaken()
    this.#tellLast(answered)
    closeIdle(this.#vitals.sockets, answers)
  }

  /** @param answered what has just been answered with a 503. */
  #tellLast(answered: readonly ServerResponse[] = []): void {
    if (!this.#metrics || !process.connected) return
    const { requests } = this.#metrics
    for (const response of answered) requests.answered(response, 503)
    requests.leave(this.#vitals.inFlight())
    this.#metrics.tell()
  }

  /** The primary has the app's logger at hand and says which worker it was. */
  #report(problem: string): void {
    if (process.connected) this.#tell({ type: 'problem', problem })
    else stderrLog().error('worker:problem', problem)
  }

  #leave(): void {
    if (!process.connected) this.#crash.exit()
    process.once('disconnect', () => this.#crash.exit())
    this.#bus.flush()
    restoreSend(process)
    // A round trip to the primary and back: what it sent before has arrived by
    // then, and what we answered has been sent.
    cluster.worker!.disconnect()
  }
}

/** Node's own, for an error that nobody has caught. */
const uncaughtExitCode = 1
