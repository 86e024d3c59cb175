import { type Follower, Ledger } from './ledger/ledger.ts'
import type { Metric } from './metric.ts'
import { processCounters } from './process-counters.ts'
import { ProcessSigns } from './process-signs.ts'
import { cpuMetric, runtimeMetrics } from './runtime-metrics.ts'

/** How often (in ms) the primary looks at itself, as workers do. */
const interval = 1000

interface FollowerOfWorkers extends Follower {
  /** With each message of a worker, when its metrics are in the ledger. */
  heard(worker: object): void
}

/** What the primary knows of all workers and of itself, as metrics. It asks nobody. */
export class Telemetry {
  readonly #ledger: Ledger
  readonly #sources: (() => readonly Metric[])[] = []
  #follower: FollowerOfWorkers | undefined
  #isMeasured = true
  #learntFrom = 0

  constructor(report: (problem: string) => void) {
    this.#ledger = new Ledger(report)
  }

  /** Adds metrics that are known in this process. A worker's of the same name are left out. */
  add(source: () => readonly Metric[]): void {
    this.#sources.push(source)
  }

  /** From now on there are those of this process, too. */
  watchThis(): void {
    const signs = new ProcessSigns()
    const look = (): void =>
      this.#ledger.update(this, 'primary', [
        cpuMetric(),
        ...processCounters(),
        ...runtimeMetrics(signs.take()),
      ])
    setInterval(look, interval).unref()
  }

  /** From now on this one is told of what comes of one metric, and when a worker has said all. */
  follow(follower: FollowerOfWorkers): void {
    this.#follower = follower
    this.#ledger.follower = follower
  }

  update(worker: { readonly slot: number }, metrics: readonly unknown[]): void {
    this.#ledger.update(worker, worker.slot < 0 ? 'spare' : String(worker.slot), metrics)
    this.#follower?.heard(worker)
  }

  finish(worker: object): void {
    this.#ledger.finish(worker)
  }

  /** What workers say of OpenTelemetry: those of the newest generation decide. */
  learn(generation: number, isMeasured: boolean): void {
    if (generation < this.#learntFrom) return
    this.#learntFrom = generation
    this.#isMeasured = isMeasured
  }

  /** Whether an OpenTelemetry SDK of the program's measures in workers as well; so until one has said that none does. */
  get isMeasured(): boolean {
    return this.#isMeasured
  }

  metrics(): Metric[] {
    const all = new Map<string, Metric>()
    for (const metric of [...this.#sources.flatMap((source) => source()), ...this.#ledger.metrics()])
      if (!all.has(metric.name)) all.set(metric.name, metric)
    return [...all.values()]
  }
}
