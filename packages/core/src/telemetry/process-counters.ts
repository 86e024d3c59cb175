import { refusals } from '../refusal.ts'
import { runtime } from '../runtime.ts'
import type { WorkerMetric } from './metric.ts'

/** What every process counts by itself: a worker, the primary, that of single mode. */
export function processCounters(): WorkerMetric[] {
  return [
    {
      name: 'clustered_requests_shed_total',
      help: 'Requests that were turned away because their worker had too much to do.',
      type: 'counter',
      merge: 'sum',
      series: [{ labels: {}, value: runtime().shed ?? 0 }],
    },
    {
      name: 'clustered_connections_refused_total',
      help: 'Connections that were accepted and turned away because no worker could take them.',
      type: 'counter',
      merge: 'sum',
      series: [{ labels: {}, value: refusals.count }],
    },
  ]
}
