/**
 * One worker from outside. `worker/worker.ts` is the same worker from inside.
 *
 * booting -> ready -> draining -> exited, or from any of them to exited.
 */
import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { Vitals, WorkerInfo } from '../../cluster.ts'
import type { WorkerExit } from '../../events.ts'
import type { TransferableHandle } from '../../node-internals.ts'
import type { Settings } from '../../settings.ts'
import { briefingVariable } from '../../protocol/briefing.ts'
import { receive, send } from '../../protocol/channel.ts'
import type { LastWords, ToPrimary, ToWorker, WorkerBriefing } from '../../protocol/messages.ts'
import { type WatchdogReport, watchdogDescriptor } from '../../protocol/watchdog.ts'
import type { Release } from '../entry.ts'
import { killWorker } from '../process/kill-worker.ts'
import { withPreload } from '../process/preload-arguments.ts'

/**
 * A draining worker keeps its own deadline. This is how much later (in ms) the
 * primary ends one that did not, because it hangs.
 */
const drainMargin = 2000

export interface WorkerEvents {
  message(worker: WorkerHandle, message: ToPrimary, handle: TransferableHandle | undefined): void
  exit(worker: WorkerHandle, exit: WorkerExit): void
  stall(worker: WorkerHandle, stall: WatchdogReport): void
}

export class WorkerHandle {
  /** The place it fills; -1 while it is a spare. */
  slot: number
  readonly release: Release
  readonly pid: number
  readonly startedAt: number = Date.now()
  /** When it became ready, in ms since the epoch; 0 before. */
  readyAt: number = 0
  /** The keys of the servers in it that wait for connections. */
  readonly listening: Set<string> = new Set()
  /** How it is, as it last said. */
  vitals: Vitals | undefined
  readonly jitter: number = Math.random()
  /** Why it is to be replaced while it serves, if it is. */
  replaceFor: string | undefined
  /** Its heartbeat is overdue: what it has been lent is lent to a sibling too. */
  late: boolean = false
  /** When the heartbeat is overdue, in ms since the epoch. */
  beatDue: number = Infinity
  /** Why the primary killed it, if it did. */
  #killedFor: string | undefined
  #state: WorkerInfo['state'] | 'exited' = 'booting'
  /** The uncaught error that ends it, if one does. */
  lastWords: LastWords | undefined
  #deadline: NodeJS.Timeout | undefined
  #saidThatItLives = false
  readonly #worker: Worker
  readonly #events: WorkerEvents

  constructor(slot: number, release: Release, settings: Settings, events: WorkerEvents) {
    this.slot = slot
    this.release = release
    this.#events = events
    this.#worker = fork(slot, release, settings)
    this.pid = this.#worker.process.pid ?? 0
    if (!isDebugged(release))
      this.#killAfter(settings.bootTimeout, `not listening after ${settings.bootTimeout} ms`)

    receive<ToPrimary>(this.#worker.process, (message, handle) => {
      if (message.type === 'crash') this.lastWords ??= message.error
      events.message(this, message, handle)
    })
    readStalls(this.#worker, (stall) => events.stall(this, stall))
    // A write to a worker that has just died must not take the primary down.
    this.#worker.on('error', () => {})
    this.#worker.process.once('error', (error) => events.exit(this, this.#exited(null, null, error)))
    this.#worker.process.once('exit', (code, signal) => events.exit(this, this.#exited(code, signal)))
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
    const { slot, pid, startedAt, release, vitals } = this
    return { slot, pid, state: this.#publicState(), generation: release.generation, startedAt, vitals }
  }

  #publicState(): WorkerInfo['state'] {
    if (this.#state === 'ready') return this.isSpare ? 'spare' : 'ready'
    // One that has exited is only ever described in its last event.
    return this.#state === 'exited' ? 'draining' : this.#state
  }

  send(message: ToWorker, handle?: TransferableHandle): void {
    send(this.#worker.process, message, handle)
  }

  becomeReady(): void {
    clearTimeout(this.#deadline)
    this.#state = 'ready'
    this.readyAt = Date.now()
  }

  /** @param migrate whether others are there to adopt its idle connections. */
  drain(timeout: number, migrate: boolean): void {
    this.#state = 'draining'
    this.send({ type: 'drain', migrate, timeout })
    this.#killAfter(timeout + drainMargin, `still draining after ${timeout + drainMargin} ms`)
  }

  kill(reason: string): void {
    this.#killedFor ??= reason
    const problem = killWorker(this.#worker.process)
    if (!problem || this.#saidThatItLives) return
    this.#saidThatItLives = true
    this.#events.message(this, { type: 'problem', problem }, undefined)
  }

  #killAfter(delay: number, reason: string): void {
    clearTimeout(this.#deadline)
    this.#deadline = setTimeout(() => this.kill(reason), delay)
  }

  #exited(code: number | null, signal: string | null, error?: Error): WorkerExit {
    clearTimeout(this.#deadline)
    const wasDraining = this.#state === 'draining'
    this.#state = 'exited'
    this.late = false
    return { reason: this.#reason(code, signal, wasDraining, error), code, signal, lastWords: this.lastWords }
  }

  #reason(code: number | null, signal: string | null, wasDraining: boolean, error?: Error): string {
    if (error) return `could not be started: ${error.message}`
    if (this.#killedFor) return `killed: ${this.#killedFor}`
    if (signal) return `killed by ${signal}`
    if (code !== 0) return `exit code ${code}`
    return wasDraining ? 'drained' : 'exit code 0'
  }
}

function fork(slot: number, release: Release, settings: Settings): Worker {
  const briefing: WorkerBriefing = {
    primary: process.pid,
    slot,
    generation: release.generation,
    drainTimeout: settings.drainTimeout,
    crash: settings.crash,
    lagWarning: settings.lagWarning,
    hangTimeout: isDebugged(release) ? 0 : settings.hangTimeout,
  }
  cluster.setupPrimary({
    exec: release.exec,
    cwd: release.cwd,
    // Where the primary takes any free port, the next one up may not be free.
    ...(isGiven(/--inspect\S*=(\S*:)?0$/, release) && { inspectPort: 0 }),
    // The last is the watchdog's, which runs while the channel does not.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', 'pipe'],
    args: [...release.args],
    execArgv: withPreload([...release.execArgv, ...heapArguments(settings.heapLimit, release)]),
  })
  return cluster.fork({ ...settings.env(), [briefingVariable]: JSON.stringify(briefing) })
}

function readStalls(worker: Worker, onStall: (stall: WatchdogReport) => void): void {
  const pipe = worker.process.stdio[watchdogDescriptor] as Readable | null | undefined
  if (!pipe) return
  pipe.on('error', () => {})
  createInterface(pipe).on('line', (line) => onStall(JSON.parse(line)))
}

function heapArguments(heapLimit: number | undefined, release: Release): string[] {
  if (heapLimit === undefined || isGiven(/--max[-_]old[-_]space[-_]size/, release)) return []
  return [`--max-old-space-size=${Math.floor(heapLimit / 1024 ** 2)}`]
}

/** A program that stands at a breakpoint is not slow. */
export function isDebugged(program: { execArgv: readonly string[] }): boolean {
  return isGiven(/--inspect/, program)
}

/** Whether the worker's Node is started with such an argument. */
function isGiven(argument: RegExp, { execArgv }: { execArgv: readonly string[] }): boolean {
  return [...execArgv, process.env['NODE_OPTIONS'] ?? ''].some((given) => argument.test(given))
}
