import { runtime } from '../../runtime.ts'
import { produce } from './producer.ts'
import { scope, since } from './scope.ts'

/**
 * A `MetricProducer` for the `metricProducers` of a metric reader of
 * `@opentelemetry/sdk-metrics`: the durations of requests, boots and reloads, as
 * histograms. It has nothing to say in workers, and until there is a cluster.
 */
export function clusteredMetrics(): { collect(): Promise<any> } {
  return {
    collect: () =>
      Promise.resolve(produce(runtime().primary?.telemetry.metrics() ?? [], scope, since, Date.now())),
  }
}
