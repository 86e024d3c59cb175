import { judge, type Health } from '../health/verdict.ts'
import { readinessOf } from '../health/ready-when.ts'
import type { PrimaryCluster } from '../primary/primary-cluster.ts'
import type { Settings } from '../settings.ts'
import { WorkerChecks } from './worker-checks.ts'

/** How the program is, as its primary knows it. */
export class ClusterHealth {
  readonly #cluster: PrimaryCluster
  readonly #settings: Settings
  readonly #checks: WorkerChecks

  constructor(cluster: PrimaryCluster, settings: Settings) {
    this.#cluster = cluster
    this.#settings = settings
    this.#checks = new WorkerChecks(() => cluster.fleet.handles, settings)
  }

  /** Has the checks run, so that whoever asks while every worker is busy has an answer. */
  warm(): void {
    void this.#checks.now()
  }

  async now(): Promise<Health> {
    // Those who ask then are told at once.
    if (this.#cluster.state !== 'closing') await this.#checks.now()
    // It may have begun to stop meanwhile.
    return this.#judge()
  }

  #judge(): Health {
    const { state, slots, size } = this.#cluster
    const { needed } = readinessOf(this.#settings, size)
    return judge({ state, slots, needed, checks: this.#checks.last })
  }
}
