import { runtime } from '../../runtime.ts'
import type { Collector, CollectorParts } from './collector.ts'
import { Registries } from './registries.ts'

/**
 * The metrics that the app itself keeps with prom-client, for the ledger. Where
 * there are none, this is a look at what has been loaded, once a second.
 */
export class AppMetrics {
  readonly #parts: Omit<CollectorParts, 'registries'>
  readonly #registries = new Registries(() => runtime().registries)
  #collector: Collector | undefined

  constructor(parts: Omit<CollectorParts, 'registries'>) {
    this.#parts = parts
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
    const { Collector: Loaded } = require('./collector.js') as typeof import('./collector.ts')
    return (this.#collector = new Loaded({ ...this.#parts, registries: () => this.#registries.all() }))
  }
}
