import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import { Histogram } from '../histogram.ts'
import type { WorkerMetric } from '../metric.ts'

/** In seconds. */
const bounds = [0.001, 0.01, 0.1, 1, 2, 5]

const msPerSecond = 1e3

/** The collector's own numbers. */
const kinds = new Map([
  [1, 'minor'],
  [2, 'minor'],
  [4, 'major'],
  [8, 'incremental'],
  [16, 'weakcb'],
])

interface GcEntry extends PerformanceEntry {
  detail: { kind: number }
}

/** How long the garbage collector has held up this process. */
export class GcDurations {
  readonly #byKind = new Map<string, Histogram>()

  constructor() {
    new PerformanceObserver((list) => {
      for (const { detail, duration } of list.getEntries() as GcEntry[]) this.#add(detail.kind, duration)
    }).observe({ entryTypes: ['gc'] })
  }

  metrics(): WorkerMetric[] {
    return [
      {
        name: 'nodejs_gc_duration_seconds',
        help: 'How long the garbage collector took.',
        type: 'histogram',
        merge: 'sum',
        bounds,
        series: [...this.#byKind.values()],
      },
    ]
  }

  #add(kind: number, duration: number): void {
    const name = kinds.get(kind) ?? 'other'
    const histogram = this.#byKind.get(name) ?? new Histogram(bounds, { kind: name })
    this.#byKind.set(name, histogram)
    histogram.add(duration / msPerSecond)
  }
}
