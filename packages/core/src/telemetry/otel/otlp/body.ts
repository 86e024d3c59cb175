import type { HistogramMetric, Metric, ScalarMetric } from '../../metric.ts'
import { type Attributes, attributesOf, type Instrument, instrumentOf } from '../names.ts'
import { total } from '../../total.ts'

/** As in OTLP's `AggregationTemporality`. */
const cumulative = 2

/** When the counts began and when they were taken, in milliseconds since the epoch. */
export interface Times {
  start: number
  now: number
}

/** What OTLP calls an `ExportMetricsServiceRequest`, as JSON. */
export function toBody(
  metrics: readonly Metric[],
  resource: Attributes,
  scope: object,
  times: Times,
): string {
  const told = metrics.map((metric) => toMetric(metric, times))
  return JSON.stringify({
    resourceMetrics: [
      {
        resource: { attributes: toKeyValues(resource) },
        scopeMetrics: [
          { scope, metrics: told.filter(({ points }) => points > 0).map(({ metric }) => metric) },
        ],
      },
    ],
  })
}

function toMetric(metric: Metric, times: Times): { metric: object; points: number } {
  const instrument = instrumentOf(metric)
  const { name, unit } = instrument
  const data = metric.type === 'histogram' ? histogram(metric, times) : scalar(metric, instrument, times)
  const [{ dataPoints }] = Object.values(data) as [{ dataPoints: unknown[] }]
  return { metric: { name, description: metric.help, unit, ...data }, points: dataPoints.length }
}

function scalar(
  { name, series }: ScalarMetric,
  { kind, isWhole }: Instrument,
  { start, now }: Times,
): object {
  const timeUnixNano = nanoseconds(now)
  const time = kind === 'gauge' ? { timeUnixNano } : { startTimeUnixNano: nanoseconds(start), timeUnixNano }
  const dataPoints = series
    .filter(({ value }) => Number.isFinite(value))
    .map(({ labels, value }) => ({
      attributes: toKeyValues(attributesOf(name, labels)),
      ...time,
      // All points of a metric are of one kind.
      ...(isWhole ? { asInt: String(Math.round(value)) } : { asDouble: value }),
    }))
  if (kind === 'gauge') return { gauge: { dataPoints } }
  return { sum: { dataPoints, aggregationTemporality: cumulative, isMonotonic: kind === 'counter' } }
}

function histogram({ name, bounds, series }: HistogramMetric, { start, now }: Times): object {
  const dataPoints = series.map(({ labels, counts, sum }) => ({
    attributes: toKeyValues(attributesOf(name, labels)),
    startTimeUnixNano: nanoseconds(start),
    timeUnixNano: nanoseconds(now),
    count: String(total(counts)),
    sum,
    bucketCounts: counts.map(String),
    explicitBounds: bounds,
  }))
  return { histogram: { dataPoints, aggregationTemporality: cumulative } }
}

function toKeyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).map(([key, value]) => ({
    key,
    value: typeof value === 'string' ? { stringValue: value } : { intValue: String(value) },
  }))
}

/** As OTLP's JSON has 64-bit integers: a string. */
function nanoseconds(ms: number): string {
  return `${Math.round(ms)}000000`
}
