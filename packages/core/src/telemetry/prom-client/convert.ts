import { labelKey } from '../ledger/label-key.ts'
import type { Distribution, Labels, Merge, Scalar, WorkerMetric } from '../metric.ts'
import { isMetricName } from '../metric-name.ts'

/** What a metric of prom-client says of itself as JSON. It is the app's: nothing of it is taken for granted. */
interface PromMetric {
  name?: unknown
  help?: unknown
  type?: unknown
  aggregator?: unknown
  values?: unknown
}

interface PromValue {
  value: number
  labels: Record<string, unknown>
  /** Of a histogram or summary: its name with `_bucket`, `_sum` or `_count`. */
  metricName?: string | undefined
}

const merges: readonly unknown[] = ['sum', 'min', 'max', 'average', 'first'] satisfies Merge[]

/**
 * Gauges of a process that prom-client leaves out when it merges, as it has no
 * label to tell processes apart.
 */
const ofProcess: readonly unknown[] = ['process_start_time_seconds']

/**
 * What a metric of prom-client is to the ledger. A summary is a histogram
 * without buckets: the percentiles of several processes have no common one.
 *
 * @param defaults the default labels of its registry.
 * @returns undefined for what is left out by its aggregator, or is no metric.
 */
export function convert(metric: unknown, defaults: Labels = {}): WorkerMetric | undefined {
  const { name, help, type, aggregator, values } = (metric ?? {}) as PromMetric
  if (typeof name !== 'string' || !isMetricName(name) || !Array.isArray(values)) return undefined
  const isOfProcess = ofProcess.includes(name)
  if (aggregator === 'omit' && !isOfProcess) return undefined
  const head = { name, help: typeof help === 'string' ? help : '' }
  const taken = values.filter(isValue).map((value) => withDefaults(value, defaults))
  switch (type) {
    case 'counter':
      return { ...head, type, merge: 'sum', series: taken.filter(({ value }) => value >= 0).map(toScalar) }
    case 'gauge': {
      const merge = merges.includes(aggregator) ? (aggregator as Merge) : 'sum'
      return { ...head, type, merge: isOfProcess ? 'slot-max' : merge, series: taken.map(toScalar) }
    }
    case 'histogram':
    case 'summary':
      return { ...head, type: 'histogram', merge: 'sum', ...distributions(name, taken) }
    default:
      return undefined
  }
}

/** What has no number, such as a percentile of nothing, says nothing. */
function isValue(value: unknown): value is PromValue {
  const { value: number, labels } = (value ?? {}) as Partial<PromValue>
  return Number.isFinite(number) && (labels === undefined || typeof labels === 'object')
}

function withDefaults(value: PromValue, defaults: Labels): PromValue {
  return { ...value, labels: { ...defaults, ...value.labels } }
}

function toScalar({ labels, value }: PromValue): Scalar {
  return { labels: toLabels(labels), value }
}

function toLabels(labels: Record<string, unknown>): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, String(value)]))
}

/** One set of labels of a histogram, as prom-client says it. */
interface Parts {
  labels: Labels
  /** How many are not above each bound. */
  upTo: Map<number, number>
  sum: number
  count: number
}

function distributions(name: string, values: PromValue[]): { bounds: number[]; series: Distribution[] } {
  const bounds = new Set<number>()
  const series = new Map<string, Parts>()
  for (const { labels: all, value, metricName } of values) {
    const { le, ...rest } = all
    // A bucket is told apart by its bound, and a percentile by a label that a sum has not.
    const isBucket = metricName === `${name}_bucket`
    if (!isBucket && metricName !== `${name}_sum` && metricName !== `${name}_count`) continue
    const labels = toLabels(isBucket ? rest : all)
    const parts = findOrMake(series, labels)
    if (metricName === `${name}_sum`) parts.sum = value
    else if (metricName === `${name}_count`) parts.count = value
    else if (Number.isFinite(Number(le))) {
      bounds.add(Number(le))
      parts.upTo.set(Number(le), value)
    }
  }
  const sorted = [...bounds].toSorted((a, b) => a - b)
  return { bounds: sorted, series: [...series.values()].map((parts) => toDistribution(parts, sorted)) }
}

function findOrMake(series: Map<string, Parts>, labels: Labels): Parts {
  const key = labelKey(labels)
  const known = series.get(key)
  if (known) return known
  const parts: Parts = { labels, upTo: new Map(), sum: 0, count: 0 }
  series.set(key, parts)
  return parts
}

function toDistribution({ labels, upTo, sum, count }: Parts, bounds: number[]): Distribution {
  let below = 0
  const counts = bounds.map((bound) => {
    const here = Math.max(0, (upTo.get(bound) ?? below) - below)
    below += here
    return here
  })
  return { labels, counts: [...counts, Math.max(0, count - below)], sum }
}
