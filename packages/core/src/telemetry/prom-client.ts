import type { Collector, CollectorParts } from './prom-client-collector.ts'
import { type MetricsRegistry, Registries } from './prom-client-registries.ts'

export interface AppMetricsParts extends Omit<CollectorParts, 'registries'> {
  /** Those that the app has given. */
  given: () => readonly MetricsRegistry[]
}

/**
 * The metrics that the app itself keeps with prom-client, for the ledger. Where
 * there are none, this is a look at what has been loaded, once a second.
 */
export class AppMetrics {
  readonly #parts: AppMetricsParts
  readonly #registries: Registries
  #collector: Collector | undefined

  constructor(parts: AppMetricsParts) {
    this.#parts = parts
    this.#registries = new Registries(parts.given)
  }

  /** Called once a second. */
  collect(): void {
    void this.#find()?.collect()
  }

  /** Called when nothing is left to do: what has changed since is told before this ends. */
  async finish(): Promise<void> {
    await this.#find()?.finish()
  }

  #find(): Collector | undefined {
    if (this.#collector) return this.#collector
    if (this.#registries.all().size === 0) return undefined
    const { Collector: Loaded } = require('./prom-client-collector.js') as typeof import('./prom-client-collector.ts')
    return (this.#collector = new Loaded({ ...this.#parts, registries: () => this.#registries.all() }))
  }
}
