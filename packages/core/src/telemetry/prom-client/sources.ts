import type { Labels } from '../metric.ts'
import type { MetricsRegistry } from './registries.ts'

/** Something that is collected by itself, so that one that hangs does not keep back the others. */
export interface Source {
  /** The same object each time. */
  readonly key: object
  /** Where it is known before it is collected. */
  readonly name: string | undefined
  readonly defaults: Labels
  /** Runs the app's code. @returns one metric as JSON, or an array of them, or a promise of either. */
  collect(): unknown
}

/** What prom-client's own registries have besides. */
interface OwnRegistry extends MetricsRegistry {
  getMetricsAsArray?(): unknown
  _defaultLabels?: unknown
}

interface OwnMetric {
  name: string
  get(): unknown
}

/** The metrics of these registries; one that is in several is there once. */
export function sourcesOf(registries: Iterable<MetricsRegistry>): Source[] {
  const sources = new Map<object, Source>()
  for (const registry of registries)
    for (const source of sourcesIn(registry)) if (!sources.has(source.key)) sources.set(source.key, source)
  return [...sources.values()]
}

function sourcesIn(registry: OwnRegistry): Source[] {
  const { _defaultLabels: defaults } = registry
  const metrics =
    typeof defaults === 'object' && defaults !== null ? registry.getMetricsAsArray?.() : undefined
  if (!Array.isArray(metrics) || !metrics.every(isOwnMetric))
    return [{ key: registry, name: undefined, defaults: {}, collect: () => registry.getMetricsAsJSON() }]
  return metrics.map((metric) => ({
    key: metric,
    name: metric.name,
    defaults: defaults as Labels,
    collect: () => metric.get(),
  }))
}

function isOwnMetric(value: unknown): value is OwnMetric {
  const { name, get } = (value ?? {}) as Partial<OwnMetric>
  return typeof name === 'string' && typeof get === 'function'
}
