import { getHeapStatistics } from 'node:v8'
import type { WorkerMetric } from './metric.ts'
import type { Signs } from './process-signs.ts'

const msPerSecond = 1e3
const microsecondsPerSecond = 1e6

/** How a process is, as metrics with the label `slot`. */
export function runtimeMetrics({ loopDelay, utilization, rss, heapUsed }: Signs): WorkerMetric[] {
  return [
    gauge(
      'nodejs_eventloop_delay_p50_seconds',
      'By how much the event loop was late in the last second, as a median.',
      loopDelay.p50 / msPerSecond,
      'slot-max',
    ),
    gauge(
      'nodejs_eventloop_delay_p99_seconds',
      'By how much the event loop was late in the last second, at the 99th percentile.',
      loopDelay.p99 / msPerSecond,
      'slot-max',
    ),
    gauge(
      'nodejs_eventloop_utilization_ratio',
      'The share of the last second that the event loop was busy.',
      utilization,
      'slot-max',
    ),
    gauge('process_resident_memory_bytes', 'Resident memory.', rss),
    gauge('nodejs_heap_used_bytes', 'JavaScript heap that is used.', heapUsed),
    gauge(
      'nodejs_heap_limit_bytes',
      'What the JavaScript heap can grow to.',
      getHeapStatistics().heap_size_limit,
    ),
  ]
}

export function cpuMetric(): WorkerMetric {
  const { user, system } = process.cpuUsage()
  const used = (user + system) / microsecondsPerSecond
  return {
    name: 'process_cpu_seconds_total',
    help: 'CPU time that was used, by the program and by the system for it.',
    type: 'counter',
    merge: 'slot',
    series: [{ labels: {}, value: used }],
  }
}

/** One that each slot has for itself. */
export function gauge(
  name: string,
  help: string,
  value: number,
  merge: 'slot' | 'slot-max' = 'slot',
): WorkerMetric {
  return { name, help, type: 'gauge', merge, series: [{ labels: {}, value }] }
}
