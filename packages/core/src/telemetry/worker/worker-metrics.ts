import type { Vitals } from '../../cluster.ts'
import { Changes } from '../changes.ts'
import type { WorkerMetric } from '../metric.ts'
import { AppMetrics } from '../prom-client/app-metrics.ts'
import { processCounters } from '../process-counters.ts'
import { watchFastify } from '../routes/fastify.ts'
import { cpuMetric, gauge, runtimeMetrics } from '../runtime-metrics.ts'
import { GcDurations } from './gc.ts'
import { RequestMetrics } from './requests.ts'

/** More than that is not told: it is what the primary keeps of all workers. */
const mostSeries = 10_000

/** What a process that serves tells of itself. */
export class WorkerMetrics {
  readonly requests: RequestMetrics = new RequestMetrics()
  /** It tells by itself what it has, when it has it. */
  readonly #app: AppMetrics
  readonly #gc = new GcDurations()
  readonly #changes = new Changes(mostSeries)
  readonly #tell: (metrics: WorkerMetric[]) => void
  #vitals: Vitals | undefined

  constructor(tell: (metrics: WorkerMetric[]) => void, report: (problem: string) => void) {
    watchFastify()
    this.#tell = tell
    this.#app = new AppMetrics({ tell, report })
  }

  /** Called once a second. */
  hear(vitals: Vitals): void {
    this.#vitals = vitals
    this.tell()
    this.#app.collect()
  }

  /** Tells what has changed, and what the app has counted by now. */
  async tellAll(): Promise<void> {
    await this.#app.finish()
    this.tell()
  }

  /** Tells what has changed. */
  tell(): void {
    const all = [
      ...this.requests.metrics(),
      ...this.#gc.metrics(),
      cpuMetric(),
      ...processCounters(),
      ...(this.#vitals ? vitalMetrics(this.#vitals) : []),
    ]
    const changed = all.flatMap((metric) => this.#changes.take(metric) ?? [])
    if (changed.length > 0) this.#tell(changed)
  }
}

function vitalMetrics(vitals: Vitals): WorkerMetric[] {
  return [
    gauge('http_server_active_requests', 'Requests that are being answered.', vitals.inFlight),
    gauge('clustered_connections', 'Open connections.', vitals.connections),
    ...runtimeMetrics(vitals),
  ]
}
