import type { EventEmitter } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { ClusterEvents } from './events.ts'
import type { LostLog } from './lost-log.ts'
import type { Metric } from './telemetry/metric.ts'

/**
 * What `clustered(app).listen(...)` returns, in the primary and in each worker
 * alike. It is no server: what only a server has throws ERR_CLUSTERED_NOT_A_SERVER.
 */
export interface Cluster extends EventEmitter<ClusterEvents> {
  /** Which process this is. `'single'` is single mode: one process, no workers. */
  readonly role: 'primary' | 'worker' | 'single'
  /**
   * The place of this worker, from 0, which the worker that replaces it has
   * too: for a while there are two. 0 in single mode; -1 in the primary, and in
   * a spare until it takes a place.
   */
  readonly slot: number
  /**
   * Whether this process is the one that leads: a worker, or the process of
   * single mode. `workers` tells in every process which worker it is.
   */
  readonly leads: boolean
  /**
   * Resolves when every slot's worker is ready (in a worker: when this one
   * listens), rejects when the first boot fails. Nobody has to look at it.
   */
  readonly ready: Promise<void>
  /**
   * What a readiness probe wants to know: send requests to what is `'ready'` or
   * `'degraded'`. `'ready'` from the moment on which every slot's worker is;
   * `'degraded'` while a slot has lost its worker and none is ready there, or
   * while its boots fail; `'closing'` from the first signal or `close()`, so
   * throughout `shutdownDelay` and the drain. A reload does not change it, as a
   * slot's old worker serves until the new one does, nor do slots that a
   * `scale` has just added.
   */
  readonly state: ClusterState
  /** Where it listens, or `null` before that. */
  address(): AddressInfo | string | null
  /** Whether it has an address and is not closing. */
  readonly listening: boolean
  /** How connections reach the workers, or `null` before that and in single mode. */
  readonly balance: 'kernel' | 'round-robin' | null
  /**
   * The workers as they are now; a snapshot. A worker's own may be older, by up
   * to 10 ms for each worker that there is; it is not when a call has settled.
   */
  readonly workers: readonly WorkerInfo[]
  /**
   * The slots as they are now, from slot 0, empty ones too; a snapshot as `workers` is.
   * Empty in single mode.
   */
  readonly slots: readonly SlotInfo[]
  /**
   * Replaces every worker by one that runs the code as it is now, losing no
   * request. Resolves when every slot runs it. A call during a reload waits
   * for that one and then reloads again; further calls share that second one.
   * @throws {ClusteredError} (rejects) ERR_CLUSTERED_RELOAD_FAILED when a new
   * worker does not come up or stay up: the old ones go on serving.
   * ERR_CLUSTERED_CLOSING when the cluster is, or begins, closing.
   */
  reload(): Promise<void>
  /**
   * Changes how many workers serve, 1 or more. Resolves when they are ready;
   * those that are too many drain after that.
   * @throws {ClusteredError} (rejects) ERR_CLUSTERED_BAD_OPTION, ERR_CLUSTERED_CLOSING.
   */
  scale(workers: number): Promise<void>
  /**
   * The metrics of the whole cluster, as data: see docs/observe/metrics.md for each. No
   * worker is asked, so that one that stands still holds up nobody: what workers
   * said within the last second is added up, and what those had that are gone.
   * Called in a worker, it is the primary that answers.
   * @throws {ClusteredError} (rejects) ERR_CLUSTERED_NO_METRICS with `metrics: false`,
   * ERR_CLUSTERED_NO_PRIMARY.
   */
  metrics(): Promise<Metric[]>
  /**
   * Waits for `shutdownDelay`, drains every worker, and resolves when the last
   * is gone. Called in a worker, where that cannot be awaited, it resolves as
   * soon as the cluster has begun to close, so that a route may await it; and
   * it also ends the primary, with exit code 0. In a worker that has answered
   * its last request, and is about to leave, it does nothing.
   * @throws {ClusteredError} (rejects) ERR_CLUSTERED_BAD_OPTION
   */
  close(options?: CloseOptions): Promise<void>
  /**
   * The same. The callback is called when this process has nothing left to
   * answer: in the primary when the last worker is gone, in a worker when that
   * has answered its last request.
   */
  close(callback: CloseCallback): Promise<void>
  /**
   * For `await using`: closes the cluster. In a worker it closes nothing, since
   * the primary runs the same code, and resolves when this worker has answered
   * its last request.
   */
  [Symbol.asyncDispose](): Promise<void>
}

export interface CloseOptions {
  /**
   * Once it is aborted, whatever is still in flight is cut, as at a second stop
   * signal: workers are killed, and no hook of theirs runs any more.
   */
  signal?: AbortSignal
}

/** As `net.Server#close` takes it; it is given no error. */
export type CloseCallback = (error?: Error) => void

/** Where a cluster is between its first boot and its end. */
export type ClusterState = 'booting' | 'ready' | 'degraded' | 'closing'

/** A slot as the primary sees it. */
export interface SlotInfo {
  slot: number
  /** `'ready'`: a worker serves. `'booting'`: none does, and one boots. `'empty'`: none does either. `'finished'`: the program has ended there by itself, and is not started again: see the option `restart`. */
  state: 'ready' | 'booting' | 'empty' | 'finished'
  /** Of the worker that serves, else of the one that boots. */
  pid: number | undefined
  /**
   * How many failures in a row: boots that failed or, after the first one that died, workers that
   * died within 10 s of being ready. 0 again when a worker has stayed up for that long.
   */
  failures: number
  /** Where the next boot is put off because of failures: when it is to begin, in milliseconds since the epoch. */
  nextBoot: number | undefined
  /** The last that went wrong here, however long ago. */
  lastFailure: SlotFailure | undefined
}

/** A boot that failed, a worker that left without being told to, or an uncaught error in one. */
export interface SlotFailure {
  /** In milliseconds since the epoch. */
  at: number
  pid: number
  generation: number
  /** Such as `'killed by SIGKILL'`, `'exit code 1'`; `'crash'` where the error was contained. */
  reason: string
  code: number | null
  signal: string | null
  /**
   * What the worker had to say, in one line of up to 500 characters: its uncaught error and
   * where that was thrown, else the last that it wrote to stderr in its last second.
   */
  lastWords: string | undefined
}

/** A worker as the primary sees it. */
export interface WorkerInfo {
  /** The place it fills, from 0, which stays the same when the worker is replaced; -1 for a spare. */
  slot: number
  pid: number
  /** A spare has booted, and waits to take the place of one that dies. */
  state: 'booting' | 'ready' | 'spare' | 'draining'
  /** 1 for the code that the cluster began with; each reload adds 1. */
  generation: number
  /** Whether it leads. As long as what leads goes on in it while it drains, too. */
  leads: boolean
  /** When it was forked, in milliseconds since the epoch. */
  startedAt: number
  /**
   * How it is, as it said within the last second; not in its first. A worker's
   * own snapshot of the others is as old as the last change among them.
   */
  vitals: Vitals | undefined
}

/** How a worker is. */
export interface Vitals {
  /** By how many milliseconds the event loop was late within the last second. */
  loopDelay: { p50: number; p99: number }
  /** The share of the last second that the event loop was busy, from 0 to 1. */
  utilization: number
  /** Resident memory, in bytes. */
  rss: number
  /** Used JavaScript heap, in bytes. */
  heapUsed: number
  /** Open connections. */
  connections: number
  /** Requests being answered. */
  inFlight: number
  /** Requests since its boot. */
  requests: number
  /** Requests per second, over the last second. */
  requestRate: number
  /**
   * How many milliseconds answers took in the last ten seconds, to within a
   * sixteenth; not before the first, and not with `metrics: false`.
   */
  latency: { p50: number; p99: number } | undefined
  /** The share of one CPU that it used in the last second; above 1 with more threads than one. */
  cpu: number
  /** The last log line that it could not write, if there is one. */
  lostLog: LostLog | undefined
}
