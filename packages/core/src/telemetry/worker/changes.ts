import { labelKey } from '../ledger/label-key.ts'
import type { Distribution, Scalar, WorkerMetric } from '../metric.ts'

/** More than that is not told: it is what the primary keeps of all workers. */
const mostSeries = 10_000

/** What of the metrics has changed since they were told before. */
export class Changes {
  #told = new Map<string, string | number>()

  of(metrics: readonly WorkerMetric[]): WorkerMetric[] {
    const told = new Map<string, string | number>()
    const isNews = (name: string, series: Scalar | Distribution): boolean => {
      if (told.size >= mostSeries) return false
      const key = `${name}\0${labelKey(series.labels)}`
      const now = 'counts' in series ? `${series.sum} ${series.counts.join(' ')}` : series.value
      told.set(key, now)
      return this.#told.get(key) !== now
    }
    const changed = metrics.flatMap((metric): WorkerMetric[] => {
      const series = (metric.series as (Scalar | Distribution)[]).filter((one) => isNews(metric.name, one))
      return series.length === 0 ? [] : [{ ...metric, series } as WorkerMetric]
    })
    this.#told = told
    return changed
  }
}
