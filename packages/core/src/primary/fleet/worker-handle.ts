/**
 * One worker from outside. `worker/worker.ts` is the same worker from inside.
 *
 * booting -> ready -> draining -> exited, or from any of them to exited.
 */
import { constants } from 'node:os'
import type { Vitals, WorkerInfo } from '../../cluster.ts'
import type { WorkerExit } from '../../events.ts'
import { toWords } from '../../thrown.ts'
import type { TransferableHandle } from '../../node-internals/handles.ts'
import type { Settings } from '../../settings.ts'
import type { LastWords, ToPrimary } from '../../protocol/messages.ts'
import type { WatchdogReport } from '../../protocol/watchdog.ts'
import type { Release } from '../release.ts'
import { stopSignals } from '../../signal-names.ts'
import { newWorkerId } from '../../worker-id.ts'
import { Asks } from './asks.ts'
import { isDebugged } from '../process/node-arguments.ts'
import type { System, WorkerProcess } from '../process/system.ts'

/**
 * A draining worker keeps its own deadline. This is how much later (in ms) the
 * primary ends one that did not, because it hangs.
 */
const drainMargin = 2000

/** With these, shutdown code says which signal it has heard of: that is no failure where it was told to end. */
const endedBySignal = new Set(stopSignals.map((name) => 128 + constants.signals[name]))

/** What it means that a program leaves by itself with such a code, and has not listened. */
const endedWith = new Map([
  [0, 'the program has ended without listening at any place'],
  [13, 'the program has ended at an await that nothing can settle any more'],
])

export interface WorkerEvents {
  message(worker: WorkerHandle, message: ToPrimary, handle: TransferableHandle | undefined): void
  exit(worker: WorkerHandle, exit: WorkerExit): void
  stall(worker: WorkerHandle, stall: WatchdogReport): void
  problem(worker: WorkerHandle, problem: string): void
  /** It is not ready after `bootTimeout`. */
  overdue(worker: WorkerHandle): void
}

export class WorkerHandle {
  /** The place it fills; -1 while it is a spare. */
  slot: number
  readonly release: Release
  /** What it is called in the ids of sessions. */
  readonly id: string = newWorkerId()
  /** When it was made, in ms since the epoch: for people. */
  readonly startedAt: number = Date.now()
  /** The same, and when it became ready, by the fleet's clock. */
  readonly bornAt: number
  readyAt: number | undefined
  /** The keys of the servers in it that wait for connections. */
  readonly listening: Set<string> = new Set()
  /**
   * The same, and what it closed last, if it listens nowhere any more: that is
   * no wish to do without, and its slot's next worker is to listen there.
   */
  readonly served: Set<string> = new Set()
  /** It will not listen anywhere else by itself. */
  settled: boolean = false
  /** How it is, as it last said. */
  vitals: Vitals | undefined
  /** When it said so, by the fleet's clock. */
  heardAt: number | undefined
  readonly jitter: number = Math.random()
  /** Why it is to be replaced while it serves, if it is. */
  replaceFor: string | undefined
  /** An uncaught error of it was contained, or it has closed its servers: it lives on, in a state that nobody knows. */
  crashed: boolean = false
  /** It has its place to itself: until then, new code has to show that it stays up. */
  proven: boolean = false
  /** Its heartbeat is overdue: what it has been lent is lent to a sibling too. */
  late: boolean = false
  /** It would understand that it is to lead. */
  mayLead: boolean = false
  /** It is the one that leads. */
  leads: boolean = false
  /** When the heartbeat is overdue, by the fleet's clock. */
  beatDue: number = Infinity
  /** It does something that takes its main thread: others serve in its place where they can. */
  aside: boolean = false
  /** It has no descriptors for more connections. */
  scarce: boolean = false
  /** The names of the app's own checks, which it can run. */
  checks: readonly string[] = []
  /** What somebody who looks inside has asked it. */
  readonly asks: Asks
  /** The uncaught error that ends it, if one does. */
  lastWords: LastWords | undefined
  /** The last that it wrote to stderr, where it ended itself in failure. */
  lastLine: string | undefined
  #state: WorkerInfo['state'] | 'exited' = 'booting'
  #killedFor: string | undefined
  /** It was told to leave, by a drain or because it was not needed while it booted. */
  #dismissed = false
  #deadline: { delay: number; act: () => void; cancel: () => void } | undefined
  #process: WorkerProcess | undefined
  #listens = true
  readonly #system: System
  readonly #events: WorkerEvents

  constructor(slot: number, release: Release, system: System, events: WorkerEvents) {
    this.slot = slot
    this.release = release
    this.bornAt = system.clock.now()
    this.#system = system
    this.#events = events
    this.asks = new Asks(system.clock, {
      ask: (message) => this.send(message),
      askThread: (question) => this.#process?.askThread?.(question),
    })
  }

  /**
   * Forks it. Whatever goes wrong (the system refuses, the user's `env`
   * throws) is a boot that failed, told like any other exit.
   * @param ports where the cluster listens now.
   */
  start({ env, bootTimeout, ...settings }: Settings, ports: readonly number[]): void {
    try {
      const environment = checkEnv(env())
      // Nobody wants it any more, which `env` itself may have brought about.
      if (this.#killedFor !== undefined) return this.#onExit(null, null)
      const { drainTimeout, goodbye, crash, metrics, lagWarning, heapLimit } = settings
      const hangTimeout = isDebugged(this.release) ? 0 : settings.hangTimeout
      const { slot, release, id } = this
      const sticky = settings.sticky === 'socket.io' ? settings.sticky : undefined
      this.#listens = settings.listen
      const { generation } = release
      const briefing = {
        id,
        sticky,
        slot,
        generation,
        ports,
        drainTimeout,
        goodbye,
        // Nobody would follow one that crashed and lives on.
        crash: settings.restart === 'never' ? 'exit' : crash,
        metrics,
        lagWarning,
        hangTimeout,
        readyAfter: settings.readyAfter,
        mayListen: settings.mayListen,
        hints: settings.hints,
      } as const
      const order = { release, briefing, env: environment, heapLimit }
      this.#process = this.#system.spawn(order, {
        message: (message, handle) => {
          if (message.type === 'crash') this.lastWords ??= message.error
          this.#events.message(this, message, handle)
        },
        stall: (stall) =>
          stall.kind === 'told' ? this.asks.settleByThread(stall) : this.#events.stall(this, stall),
        problem: (problem) => this.#events.problem(this, problem),
        exit: (code, signal, error) => this.#onExit(code, signal, error),
      })
      if (!isDebugged(release)) this.#after(bootTimeout, () => this.#events.overdue(this))
    } catch (error) {
      this.#onExit(null, null, error)
    }
  }

  get pid(): number {
    return this.#process?.pid ?? 0
  }

  get state(): WorkerInfo['state'] | 'exited' {
    return this.#state
  }

  /** It is kept for the place of one that dies, and takes no connections until then. */
  get isSpare(): boolean {
    return this.slot === -1
  }

  /** It takes connections. */
  get serving(): boolean {
    return this.#state === 'ready' && !this.isSpare
  }

  get info(): WorkerInfo {
    const { slot, pid, leads, startedAt, release, vitals } = this
    return { slot, pid, state: this.#publicState(), generation: release.generation, leads, startedAt, vitals }
  }

  #publicState(): WorkerInfo['state'] {
    if (this.#state === 'ready') return this.isSpare ? 'spare' : 'ready'
    // One that has exited is only ever described in its last event.
    return this.#state === 'exited' ? 'draining' : this.#state
  }

  /** For how many milliseconds it has not said how it is. */
  get silentFor(): number | undefined {
    return this.heardAt === undefined ? undefined : this.#system.clock.now() - this.heardAt
  }

  send(...message: Parameters<WorkerProcess['send']>): void {
    this.#process?.send(...message)
  }

  listens(key: string): void {
    this.listening.add(key)
    if (this.#state !== 'draining') this.served.add(key)
  }

  closes(key: string): void {
    this.listening.delete(key)
    const isLast = this.listening.size === 0 && this.#state === 'ready'
    if (!isLast && this.#state !== 'draining') this.served.delete(key)
  }

  /** It takes connections, and has closed every server that they could come to. */
  get listensNowhere(): boolean {
    return this.#state === 'ready' && this.listening.size === 0
  }

  becomeReady(): void {
    this.#clearDeadline()
    this.#state = 'ready'
    this.readyAt = this.#system.clock.now()
  }

  /** @param migrate whether others are there to adopt its idle connections. */
  drain(reason: string, timeout: number, goodbye: Settings['goodbye'], migrate: boolean): void {
    this.#state = 'draining'
    this.#dismissed = true
    this.send({ type: 'drain', migrate, goodbye, timeout, reason })
    this.#after(timeout + drainMargin, () => this.kill(`still draining after ${timeout + drainMargin} ms`))
  }

  kill(reason: string): void {
    this.#killedFor ??= reason
    this.#process?.kill()
  }

  /** It boots, and is not needed any more: it has no request to finish. */
  dismiss(reason: string): void {
    this.#dismissed = true
    this.kill(reason)
  }

  /** It is busy with what must not be disturbed: the time that it has begins anew. */
  holdOff(): void {
    if (this.#deadline) this.#after(this.#deadline.delay, this.#deadline.act)
  }

  #after(delay: number, act: () => void): void {
    this.#clearDeadline()
    this.#deadline = { delay, act, cancel: this.#system.clock.after(delay, act) }
  }

  #clearDeadline(): void {
    this.#deadline?.cancel()
    this.#deadline = undefined
  }

  #onExit(code: number | null, signal: string | null, error?: unknown): void {
    if (this.#state === 'exited') return
    this.#clearDeadline()
    const wasDraining = this.#state === 'draining'
    this.#state = 'exited'
    this.late = false
    this.asks.fail()
    if (error !== undefined) this.lastWords ??= toWords(error)
    const reason = this.#reason(code, signal, wasDraining, error !== undefined)
    const asTold = this.#dismissed && (!wasDraining || reason === 'drained')
    this.#events.exit(this, { reason, code, signal, lastWords: this.lastWords, asTold, finished: false })
  }

  #reason(code: number | null, signal: string | null, wasDraining: boolean, neverStarted: boolean): string {
    if (neverStarted) return 'could not be started'
    if (this.#killedFor !== undefined)
      return this.#dismissed && !wasDraining ? this.#killedFor : `killed: ${this.#killedFor}`
    if (signal) return `killed by ${signal}`
    if (wasDraining && (code === 0 || endedBySignal.has(code!))) return 'drained'
    const ended = this.#listens && this.readyAt === undefined ? endedWith.get(code!) : undefined
    return `exit code ${code}${ended ? `: ${ended}` : ''}`
  }
}

function checkEnv(env: unknown): Record<string, string | undefined> {
  // An answer that comes later comes too late, and so does its failure.
  if (env instanceof Promise) env.catch(() => {})
  else if (typeof env === 'object' && env !== null) return env as Record<string, string | undefined>
  const returned = env instanceof Promise ? 'a promise' : String(env)
  throw new TypeError(`env returned ${returned}; expected an object of environment variables`)
}
