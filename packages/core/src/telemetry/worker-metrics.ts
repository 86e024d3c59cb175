import type { Vitals } from '../cluster.ts'
import { toLine } from '../thrown.ts'
import type { WorkerMetric } from './metric.ts'
import { AppMetrics } from './prom-client.ts'
import { processCounters } from './process-counters.ts'
import { cpuMetric, gauge, runtimeMetrics } from './runtime-metrics.ts'
import { Changes } from './worker-changes.ts'
import { GcDurations } from './worker-gc.ts'
import { RequestMetrics } from './worker-requests.ts'

/** Further metrics of this process: its own totals since its boot. */
export type MetricSource = () => readonly WorkerMetric[]

/** What a process that serves tells of itself. */
export class WorkerMetrics {
  readonly requests: RequestMetrics = new RequestMetrics()
  /** It tells by itself what it has, when it has it. */
  readonly #app: AppMetrics
  readonly #gc = new GcDurations()
  readonly #sources: MetricSource[] = []
  readonly #changes = new Changes()
  readonly #tell: (metrics: WorkerMetric[]) => void
  readonly #report: (problem: string) => void
  #vitals: Vitals | undefined
  #reported = false

  constructor(tell: (metrics: WorkerMetric[]) => void, report: (problem: string) => void) {
    this.#tell = tell
    this.#report = report
    this.#app = new AppMetrics({ tell, report })
  }

  /** Of metrics with the same name, those count that were there before. */
  add(source: MetricSource): void {
    this.#sources.push(source)
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
    const changed = this.#changes.of(this.#all())
    if (changed.length > 0) this.#tell(changed)
  }

  #all(): WorkerMetric[] {
    const all = new Map<string, WorkerMetric>()
    const own = (): WorkerMetric[] => [
      ...this.requests.metrics(),
      ...this.#gc.metrics(),
      cpuMetric(),
      ...processCounters(),
      ...(this.#vitals ? vitalMetrics(this.#vitals) : []),
    ]
    for (const source of [own, ...this.#sources])
      for (const metric of this.#ask(source)) if (!all.has(metric.name)) all.set(metric.name, metric)
    return [...all.values()]
  }

  #ask(source: MetricSource): readonly WorkerMetric[] {
    try {
      return source()
    } catch (error) {
      if (!this.#reported) this.#report(`metrics of the app cannot be read: ${toLine(error)}`)
      this.#reported = true
      return []
    }
  }
}

function vitalMetrics(vitals: Vitals): WorkerMetric[] {
  return [
    gauge('http_server_active_requests', 'Requests that are being answered.', vitals.inFlight),
    gauge('clustered_connections', 'Open connections.', vitals.connections),
    ...runtimeMetrics(vitals),
  ]
}
