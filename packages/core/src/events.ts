import type { ClusterState, WorkerInfo } from './cluster.ts'
import type { LastWords } from './protocol/messages.ts'
import type { StallReport } from './protocol/watchdog.ts'

/** Why a worker left, in words for a log line, and the raw facts behind them. */
export interface WorkerExit {
  /** Such as 'SIGKILL', 'exit code 1', 'drained'. */
  reason: string
  code: number | null
  signal: string | null
  /** The uncaught error it died of, if it could still say so. */
  lastWords: LastWords | undefined
  /** It left because the primary had told it to, and in time. */
  asTold: boolean
  /** The program has ended by itself, and is not started again: see the option `restart`. */
  finished: boolean
}

/** Why the number of slots changed, and by what. */
export interface ScaleStep {
  /** How many slots there were. */
  from: number
  /**
   * `'asked'`: by `scale`, a signal or the command. `'busy'`, `'idle'`: the load
   * asks for it. `'options'`: the option `workers` of the program's code, or,
   * after a reload, its `min` or `max`.
   */
  reason: 'asked' | 'busy' | 'idle' | 'options'
  /** Of `'busy'` and `'idle'`: the mean utilization of the workers, from 0 to 1. */
  utilization?: number
  /** And over how many milliseconds. */
  over?: number
}

/**
 * The events of a `Cluster`. They are emitted in the primary; the last three, and `state` in single mode, in other
 * processes too. See docs/reference/events.md.
 */
export interface ClusterEvents {
  /** A worker was forked. */
  'worker:boot': [worker: WorkerInfo]
  /** A worker listens; `bootTime` in milliseconds. */
  'worker:ready': [worker: WorkerInfo, bootTime: number]
  /** From now on this worker leads, as no other does any more. */
  'worker:lead': [worker: WorkerInfo]
  /** A worker was told to drain. */
  'worker:drain': [worker: WorkerInfo, reason: string]
  /** A worker's event loop has not turned for `lagWarning`. */
  'worker:lag': [worker: WorkerInfo, stall: StallReport]
  /** A worker's event loop has not turned for `hangTimeout`: it is killed and replaced. */
  'worker:hung': [worker: WorkerInfo, stall: StallReport]
  /**
   * An uncaught error in a worker was contained. It serves on, and drains as
   * soon as another has its place.
   */
  'worker:crash': [worker: WorkerInfo, error: LastWords]
  /** Something in a worker failed that it lives on without: a hook, or held work. */
  'worker:problem': [worker: WorkerInfo, problem: string]
  'worker:exit': [worker: WorkerInfo, exit: WorkerExit]
  /**
   * The next boot in this slot waits for `delay` ms, because boots failed, or
   * workers died soon after, `failures` times in a row. If a worker serves
   * there that was to be replaced, it serves on.
   */
  'slot:backoff': [slot: number, failures: number, delay: number]
  'reload:start': [generation: number]
  'reload:done': [generation: number]
  'reload:failed': [generation: number, error: Error]
  /** `state` is another one. A worker that dies and its successor make it `'degraded'` and `'ready'` again. */
  state: [state: ClusterState]
  /** The number of slots changed. */
  scale: [workers: number, step: ScaleStep]
  /** As `ready` resolves. */
  listening: []
  /** The first boot failed. In the primary and in single mode, for whoever listens; the process ends either way. */
  error: [error: Error]
  /**
   * The cluster began to close. In a worker, and in single mode: this process
   * has answered its last request.
   */
  close: [reason: string]
}
