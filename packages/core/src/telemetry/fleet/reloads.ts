import type { PrimaryCluster } from '../../primary/primary-cluster.ts'
import { runningClock } from '../../running-clock.ts'
import { Histogram } from '../histogram.ts'
import type { Metric } from '../metric.ts'
import { snapshot } from '../snapshot.ts'

/** In seconds: as long as all slots take one after the other, drains included. */
const bounds = [0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600]

const msPerSecond = 1000

/** Counts reloads by how they ended. One that the end of the cluster cuts short has no outcome. */
export class Reloads {
  readonly #clock = runningClock()
  readonly #durations = new Histogram(bounds, {})
  #done = 0
  #failed = 0
  #since = 0

  constructor(cluster: Pick<PrimaryCluster, 'on'>) {
    cluster.on('reload:start', () => (this.#since = this.#clock.now()))
    cluster.on('reload:done', () => {
      this.#done++
      this.#durations.add((this.#clock.now() - this.#since) / msPerSecond)
    })
    cluster.on('reload:failed', () => this.#failed++)
  }

  metrics(): Metric[] {
    return [
      {
        name: 'clustered_reloads_total',
        help: 'Rolling reloads that are over, by outcome: done or failed.',
        type: 'counter',
        series: [
          { labels: { outcome: 'done' }, value: this.#done },
          { labels: { outcome: 'failed' }, value: this.#failed },
        ],
      },
      {
        name: 'clustered_reload_duration_seconds',
        help: 'How long reloads took that were done.',
        type: 'histogram',
        bounds,
        series: [snapshot(this.#durations)],
      },
    ]
  }
}
