import { badOption } from './bad-option.ts'
import type { MetricsOptions } from './options.ts'
import { runtime } from './runtime.ts'
import { type GivenRegistries, isRegistry, type MetricsRegistry } from './telemetry/prom-client/registries.ts'

/**
 * Has the metrics of a registry of prom-client merged over all workers into
 * those of the cluster. The global registry of prom-client is found without
 * this; it is for registries of the app's own, and for a prom-client that is
 * part of a bundle. Twice the same registry is merged once. Where nothing
 * serves, it does nothing.
 *
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function mergeMetrics(registry: MetricsRegistry): void {
  if (!isRegistry(registry)) throw badOption('registry', registry, 'a registry of prom-client')
  registries().given.add(registry)
}

/** The same for what an option says. */
export function giveRegistries(options: boolean | MetricsOptions | undefined): void {
  const { registry } = typeof options === 'object' ? options : {}
  if (registry === false) registries().find = false
  else if (registry !== undefined) for (const one of [registry].flat()) mergeMetrics(one)
}

function registries(): GivenRegistries {
  return (runtime().registries ??= { given: new Set(), find: true })
}
