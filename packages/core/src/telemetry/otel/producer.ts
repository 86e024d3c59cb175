import type { HistogramMetric, Metric } from '../metric.ts'
import { attributesOf, instrumentOf } from './names.ts'
import { total } from '../total.ts'

/** As in `@opentelemetry/sdk-metrics`. */
const cumulative = 1
const double = 1
const histogram = 0

type Time = [seconds: number, nanoseconds: number]

/**
 * The histograms as the SDK's own data, as a `MetricProducer` returns it.
 * @param startedAt since when they count, in milliseconds since the epoch.
 */
export function produce(metrics: readonly Metric[], scope: object, startedAt: number, now: number): object {
  const times = { startTime: toTime(startedAt), endTime: toTime(now) }
  return {
    errors: [],
    // The reader keeps its own.
    resourceMetrics: {
      resource: undefined,
      scopeMetrics: [
        {
          scope,
          metrics: metrics.filter((metric) => metric.type === 'histogram').map((each) => toData(each, times)),
        },
      ],
    },
  }
}

function toData(metric: HistogramMetric, times: { startTime: Time; endTime: Time }): object {
  const { name, unit } = instrumentOf(metric)
  return {
    descriptor: { name, unit, description: metric.help, type: 'HISTOGRAM', valueType: double },
    aggregationTemporality: cumulative,
    dataPointType: histogram,
    dataPoints: metric.series.map(({ labels, counts, sum }) => ({
      ...times,
      attributes: attributesOf(metric.name, labels),
      value: { buckets: { boundaries: [...metric.bounds], counts }, sum, count: total(counts) },
    })),
  }
}

function toTime(ms: number): Time {
  return [Math.floor(ms / 1000), Math.round((ms % 1000) * 1e6)]
}
