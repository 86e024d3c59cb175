import type { Server } from 'node:net'
import { Ledger } from './telemetry/ledger/ledger.ts'
import type { Metric } from './telemetry/metric.ts'
import { WorkerMetrics } from './telemetry/worker/worker-metrics.ts'
import { observeRequests } from './worker/requests.ts'
import { VitalSigns } from './worker/vitals.ts'

/** What a process in single mode tells of itself: it is its own primary. */
export class SingleMetrics {
  readonly #ledger: Ledger
  readonly #own: WorkerMetrics
  readonly #vitals: VitalSigns

  constructor(report: (problem: string) => void) {
    this.#ledger = new Ledger(report)
    this.#own = new WorkerMetrics((metrics) => this.#ledger.update(this, '0', metrics), report)
    this.#vitals = new VitalSigns((vitals) => this.#own.hear(vitals), this.#own.requests)
  }

  watch(server: Server): void {
    this.#vitals.watch(server)
    observeRequests(server, this.#vitals.begin)
  }

  async metrics(): Promise<Metric[]> {
    await this.#own.tellAll()
    return this.#ledger.metrics()
  }
}
