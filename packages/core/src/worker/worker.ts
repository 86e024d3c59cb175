/**
 * One worker from inside. `primary/worker-handle.ts` is the same worker from
 * outside.
 */
import cluster from 'node:cluster'
import type net from 'node:net'
import { constants } from 'node:os'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ClusterState, WorkerInfo } from '../cluster.ts'
import { Lifecycle } from '../lifecycle.ts'
import { resolveLogger } from '../logger.ts'
import {
  type GiveHandle,
  type ListeningServer,
  onWorkerListen,
  type TransferableHandle,
} from '../node-internals.ts'
import { receive, restoreSend, send } from '../protocol/channel.ts'
import type {
  ForwardedCall,
  ListenRequest,
  ToPrimary,
  ToWorker,
  WorkerBriefing,
} from '../protocol/messages.ts'
import { primarySignals, stopSignals } from '../signal-names.ts'
import { Crash } from './crash.ts'
import { DrainableServer } from './drain.ts'
import { ForwardedCalls } from './forwarded-calls.ts'
import { ListeningHandle } from './listening-handle.ts'
import { Heartbeat } from './heartbeat.ts'
import { toWords } from '../thrown.ts'
import { hasRoomFor, Overflow } from './overflow.ts'
import { type Begin, observeRequests } from './requests.ts'
import { isSecure } from './server-kind.ts'
import { VitalSigns } from './vitals.ts'
import { Watchdog } from './watchdog.ts'

export class Worker {
  /** The last that the primary said of the workers. */
  workers: readonly WorkerInfo[] = []
  /** How connections reach this worker, from its first server on. */
  balance: 'kernel' | 'round-robin' | null = null
  state: ClusterState = 'booting'
  readonly lifecycle: Lifecycle = new Lifecycle((problem) => this.#report(problem))
  readonly #briefing: WorkerBriefing
  readonly #names = new WeakMap<net.Server, string>()
  readonly #replies = new Map<string, (reply: ListenReply, handle?: TransferableHandle) => void>()
  readonly #handles = new Map<string, ListeningHandle>()
  readonly #servers = new Map<string, DrainableServer>()
  readonly #watched = new WeakMap<net.Server, DrainableServer>()
  readonly #calls = new ForwardedCalls((message) => this.#tell(message))
  readonly #heartbeat: Heartbeat
  readonly #crash: Crash
  readonly #vitals: VitalSigns
  readonly #overflow = new Overflow()
  readonly #watchdog: Watchdog
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
    onWorkerListen((server, request, give) => this.#listen(server, request, give))
    receive<ToWorker>(process, (message, handle) => this.#onMessage(message, handle))
    process.once('disconnect', () => {
      this.state = 'closing'
      this.#calls.fail()
      void this.#drain()
    })
    this.#takeSignals()
  }

  /** Gives the server the name under which the primary already listens for it. */
  name(server: net.Server, key: string): void {
    this.#names.set(server, key)
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
        return this.#replies.get(message.key)?.(message, handle)
      case 'lend':
        return this.#borrow(message, handle!)
      case 'take-back':
        return this.#handles.get(message.key)?.takeBack(message.socket)
      case 'connection':
        return this.#takeConnection(message, handle!)
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

  #listen(server: ListeningServer, request: ListenRequest, give: GiveHandle): void {
    const key = this.#names.get(server) ?? this.#keyOf(request)
    if (this.#handles.has(key) || this.#replies.has(key))
      return process.nextTick(give, -constants.errno.EADDRINUSE, null)
    this.#replies.set(key, ({ errno, balance = null, socketName = null, ticketKeys, loan }, handle) => {
      this.#replies.delete(key)
      if (errno !== 0) return give(errno, null)
      this.balance ??= balance
      if (ticketKeys !== undefined) server._setServerData?.(ticketKeys)
      this.#servers.set(key, this.#watch(server, balance))
      const listeningHandle: ListeningHandle = new ListeningHandle(server, socketName, {
        listening: () => this.#onListening(key),
        closed: () => this.#onClosed(key),
        scarce: (connection) => this.#overflow.pass(key, connection, isSecure(server)),
        room: (hasRoom) => this.#tell({ type: 'room', key, hasRoom }),
        tooMany: (connection) => this.#giveAway(key, connection, () => connection.close()),
      })
      // Another program may have taken the port while this one booted.
      const failure = loan ? listeningHandle.borrow(loan, handle!) : 0
      if (failure !== 0) return give(failure, null)
      this.#handles.set(key, listeningHandle)
      give(0, listeningHandle)
    })
    const { address, port, addressType, fd, flags, backlog } = request
    this.#tell({
      type: 'listen',
      key,
      request: { address, port, addressType, fd, flags, backlog },
      secure: isSecure(server),
      ticketKeys: server._getServerData?.(),
    })
  }

  /** A server may be closed and listen again; it is watched from its first time on. */
  #watch(server: net.Server, balance: Worker['balance']): DrainableServer {
    const known = this.#watched.get(server)
    if (known) return known
    const drainable = new DrainableServer(server)
    this.#watched.set(server, drainable)
    // Only a socket that was lent can be lent to a sibling as well.
    if (balance === 'kernel') this.#heartbeat.watch(server)
    this.#vitals.watch(server)
    if (this.#briefing.crash === 'contain') this.#crash.contain()
    observeRequests(server, this.#begin)
    return drainable
  }

  readonly #begin: Begin = (answer, body) => {
    this.#vitals.begin(answer)
    if (this.#briefing.crash === 'contain') this.#crash.begin(answer, body)
  }

  /**
   * Servers that ask for the same place get the same listener in every worker;
   * the n-th that asks for any free port shares with every other worker's n-th.
   */
  #keyOf({ address, port, addressType, fd }: ListenRequest): string {
    const place = [address, port, addressType, fd].join(':')
    if (port !== 0) return place
    let nth = 1
    while (this.#handles.has(`${place}#${nth}`) || this.#replies.has(`${place}#${nth}`)) nth++
    return `${place}#${nth}`
  }

  #onListening(key: string): void {
    this.#tell({ type: 'listening', key })
    this.#watchdog.judge()
  }

  /** The request that the code running now was started by, if it is known. */
  get request(): string | undefined {
    return this.#crash.request
  }

  #onClosed(key: string): void {
    this.#handles.delete(key)
    this.#tell({ type: 'closed', key })
    this.#leaveIfClosed()
  }

  #borrow({ key, loan }: Lend, handle: TransferableHandle): void {
    const listeningHandle = this.#handles.get(key)
    if (listeningHandle) listeningHandle.borrow(loan, handle)
    else handle.close()
  }

  #takeConnection({ key, connection }: HandOff, handle: TransferableHandle): void {
    const listeningHandle = this.#handles.get(key)
    const accepted = hasRoomFor(handle) && (listeningHandle?.hasRoom() ?? false)
    // Before the app sees it: a handler that blocks must not hold up the answer.
    this.#tell({ type: 'answer', key, connection, accepted })
    if (accepted) listeningHandle!.accept(handle)
    else handle.close()
  }

  /** Another worker shall have it. @param given called when the copy here may be closed. */
  #giveAway(key: string, connection: TransferableHandle, given: () => void): void {
    send<ToPrimary>(process, { type: 'adopt', key }, connection, given)
  }

  /** An app that closes its servers before it exits is not told to drain: it serves nobody. */
  #leaveIfClosed(): void {
    if (this.#exitHeld && this.#handles.size === 0) void this.#drain()
  }

  /**
   * A signal to a worker is a request to replace it; the primary decides.
   * Ctrl-C and systemd signal the whole group: then it decides to stop.
   */
  #takeSignals(): void {
    for (const signal of stopSignals) process.on(signal, () => this.#tell({ type: 'signal', signal }))
    if (process.platform === 'win32') return
    for (const signal of primarySignals) process.on(signal, () => {})
  }

  /** At the last stop the queues end with us: a whole turn takes what is in them. */
  async #drainNextTurn(order: Drain): Promise<void> {
    await nextTurn()
    await nextTurn()
    await this.#drain(order)
  }

  async #drain({ migrate = false, timeout = this.#briefing.drainTimeout } = {}): Promise<void> {
    if (this.#draining) return
    this.#draining = true
    await this.lifecycle.end(timeout, () =>
      Promise.all(
        [...this.#servers].map(([key, server]) =>
          server.drain(
            timeout,
            migrate ? (connection, given) => this.#giveAway(key, connection, given) : undefined,
          ),
        ),
      ),
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

type ListenReply = Extract<ToWorker, { type: 'listen-reply' }>
type Lend = Extract<ToWorker, { type: 'lend' }>
type HandOff = Extract<ToWorker, { type: 'connection' }>
type Drain = Extract<ToWorker, { type: 'drain' }>
