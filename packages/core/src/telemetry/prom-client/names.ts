/** Clustered's own metrics. The app's of these names are left out. */
const own = new Set([
  'http_server_request_duration_seconds',
  'http_server_active_requests',
  'nodejs_eventloop_delay_p50_seconds',
  'nodejs_eventloop_delay_p99_seconds',
  'nodejs_eventloop_utilization_ratio',
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'nodejs_heap_used_bytes',
  'nodejs_heap_limit_bytes',
  'nodejs_gc_duration_seconds',
])

/** Those of them that `collectDefaultMetrics` makes: they say the same. */
const alike = new Set([
  'process_cpu_seconds_total',
  'process_resident_memory_bytes',
  'nodejs_gc_duration_seconds',
])

export function isOwn(name: string): boolean {
  return own.has(name) || name.startsWith('clustered_')
}

export function saysTheSame(name: string): boolean {
  return alike.has(name)
}
