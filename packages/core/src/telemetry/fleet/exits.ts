import type { PrimaryCluster } from '../../primary/primary-cluster.ts'
import type { WorkerExit } from '../../events.ts'
import type { ScalarMetric } from '../metric.ts'

/**
 * Why a worker is gone. `'drained'`: it was told to leave, and did so in time.
 * `'boot'`: it was never ready. `'crash'`: it ended by an error or a fault of
 * its own, or without being told to. `'killed'`: somebody else ended it, the
 * primary where a drain took too long. `'finished'`: the program has ended, and
 * is not started again.
 */
const reasons = ['drained', 'crash', 'killed', 'hung', 'boot', 'finished'] as const

type Reason = (typeof reasons)[number]

/** By these a process ends of what is wrong in it: V8 out of memory, say. */
const faults = new Set(['SIGABRT', 'SIGBUS', 'SIGFPE', 'SIGILL', 'SIGSEGV', 'SIGTRAP'])

const msPerSecond = 1000

/** Counts how workers end, each once; and crashes, also those that a worker outlives for a while. */
export class Exits {
  readonly #exits = new Map<Reason, number>(reasons.map((reason) => [reason, 0]))
  readonly #ready = new Set<number>()
  readonly #hung = new Set<number>()
  /** A contained crash of these is counted already. */
  readonly #crashed = new Set<number>()
  #crashes = 0
  /** In seconds since the epoch. */
  #lastCrash: number | undefined

  constructor(cluster: Pick<PrimaryCluster, 'on'>) {
    cluster.on('worker:ready', ({ pid }) => this.#ready.add(pid))
    cluster.on('worker:hung', ({ pid }) => this.#hung.add(pid))
    cluster.on('worker:crash', ({ pid }) => {
      this.#crashed.add(pid)
      this.#countCrash()
    })
    cluster.on('worker:exit', ({ pid }, exit) => this.#count(pid, exit))
  }

  metrics(): ScalarMetric[] {
    return [
      {
        name: 'clustered_worker_exits_total',
        help: 'Workers that are gone, by reason: drained, crash, killed, hung, boot or finished.',
        type: 'counter',
        series: [...this.#exits].map(([reason, value]) => ({ labels: { reason }, value })),
      },
      {
        name: 'clustered_worker_crashes_total',
        help: 'Crashes of workers that had been ready, contained ones too.',
        type: 'counter',
        series: [{ labels: {}, value: this.#crashes }],
      },
      {
        name: 'clustered_last_crash_timestamp_seconds',
        help: 'When a worker crashed last, in seconds since the epoch.',
        type: 'gauge',
        series: this.#lastCrash === undefined ? [] : [{ labels: {}, value: this.#lastCrash }],
      },
    ]
  }

  #count(pid: number, exit: WorkerExit): void {
    const reason = this.#reasonOf(pid, exit)
    this.#exits.set(reason, this.#exits.get(reason)! + 1)
    if (reason === 'crash' && !this.#crashed.has(pid)) this.#countCrash()
    for (const pids of [this.#ready, this.#hung, this.#crashed]) pids.delete(pid)
  }

  #reasonOf(pid: number, { finished, asTold, signal }: WorkerExit): Reason {
    if (finished) return 'finished'
    if (this.#hung.has(pid)) return 'hung'
    if (asTold) return 'drained'
    if (!this.#ready.has(pid)) return 'boot'
    return signal === null || faults.has(signal) ? 'crash' : 'killed'
  }

  #countCrash(): void {
    this.#crashes++
    this.#lastCrash = Date.now() / msPerSecond
  }
}
