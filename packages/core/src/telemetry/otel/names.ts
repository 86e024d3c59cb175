/**
 * What OpenTelemetry calls what `metric.ts` names as Prometheus does: the names
 * of its semantic conventions where they have one, and `clustered.*` for what
 * only a cluster has. Such a name comes out of a collector's Prometheus
 * exporter as the one it had here, where the conventions leave a choice.
 */
import type { Labels, Metric, Scalar } from '../metric.ts'

export interface Instrument {
  name: string
  /** As in UCUM. */
  unit: string
  /** `'updown'` is what may be added up over slots, and falls. */
  kind: 'counter' | 'updown' | 'gauge' | 'histogram'
  /** It only has whole numbers. */
  isWhole: boolean
}

export type Attributes = Record<string, string | number>

type Row = readonly [
  prometheus: string,
  name: string,
  kind: Instrument['kind'],
  unit: string,
  attributes?: Readonly<Record<string, string>>,
]

const slot = { slot: 'clustered.slot' }

/** In the order of docs/observe/opentelemetry.md. */
export const table: readonly Row[] = [
  [
    'http_server_request_duration_seconds',
    'http.server.request.duration',
    'histogram',
    's',
    {
      http_request_method: 'http.request.method',
      http_response_status_code: 'http.response.status_code',
      http_route: 'http.route',
      error_type: 'error.type',
    },
  ],
  ['http_server_active_requests', 'http.server.active_requests', 'updown', '{request}', slot],
  ['nodejs_eventloop_delay_p50_seconds', 'nodejs.eventloop.delay.p50', 'gauge', 's', slot],
  ['nodejs_eventloop_delay_p99_seconds', 'nodejs.eventloop.delay.p99', 'gauge', 's', slot],
  ['nodejs_eventloop_utilization_ratio', 'nodejs.eventloop.utilization', 'gauge', '1', slot],
  ['nodejs_gc_duration_seconds', 'v8js.gc.duration', 'histogram', 's', { kind: 'v8js.gc.type' }],
  ['nodejs_heap_used_bytes', 'v8js.memory.heap.used', 'updown', 'By', slot],
  // The conventions have the size of each space, and no limit of the whole.
  ['nodejs_heap_limit_bytes', 'clustered.heap_limit', 'updown', 'By', slot],
  ['process_cpu_seconds_total', 'process.cpu.time', 'counter', 's', slot],
  ['process_resident_memory_bytes', 'process.memory.usage', 'updown', 'By', slot],
  [
    'clustered_info',
    'clustered.info',
    'gauge',
    '{cluster}',
    { version: 'clustered.version', node: 'process.runtime.version', balance: 'clustered.balance' },
  ],
  ['clustered_state', 'clustered.state', 'gauge', '{cluster}', { state: 'clustered.state' }],
  ['clustered_workers', 'clustered.workers', 'updown', '{worker}', { state: 'clustered.worker.state' }],
  ['clustered_slots', 'clustered.slots', 'updown', '{slot}'],
  ['clustered_slots_ready', 'clustered.slots_ready', 'updown', '{slot}'],
  ['clustered_generation', 'clustered.generation', 'gauge', '{generation}'],
  [
    'clustered_worker_exits_total',
    'clustered.worker.exits',
    'counter',
    '{exit}',
    { reason: 'clustered.exit.reason' },
  ],
  ['clustered_worker_crashes_total', 'clustered.worker.crashes', 'counter', '{crash}'],
  ['clustered_last_crash_timestamp_seconds', 'clustered.last_crash.timestamp', 'gauge', 's'],
  ['clustered_worker_boot_duration_seconds', 'clustered.worker.boot.duration', 'histogram', 's'],
  [
    'clustered_reloads_total',
    'clustered.reloads',
    'counter',
    '{reload}',
    { outcome: 'clustered.reload.outcome' },
  ],
  ['clustered_reload_duration_seconds', 'clustered.reload.duration', 'histogram', 's'],
  ['clustered_scale_total', 'clustered.scale', 'counter', '{change}', { reason: 'clustered.scale.reason' }],
  ['clustered_connections', 'clustered.connections', 'updown', '{connection}', slot],
  ['clustered_connections_waiting', 'clustered.connections_waiting', 'updown', '{connection}'],
  ['clustered_connections_refused_total', 'clustered.connections_refused', 'counter', '{connection}'],
  ['clustered_connections_moved_total', 'clustered.connections_moved', 'counter', '{connection}'],
  ['clustered_requests_shed_total', 'clustered.requests_shed', 'counter', '{request}'],
]

const rows = new Map(table.map((row) => [row[0], row]))

/** One that is not in the table is the app's own: it keeps its name. */
export function instrumentOf({ name, type }: Pick<Metric, 'name' | 'type'>): Instrument {
  const row = rows.get(name)
  if (!row) return { name, kind: type, unit: unitOf(name), isWhole: false }
  const [, known, kind, unit] = row
  return { name: known, kind, unit, isWhole: unit !== 's' && unit !== '1' }
}

/** A label without a value says nothing, as in Prometheus. */
export function attributesOf(metric: string, labels: Labels): Attributes {
  const names = rows.get(metric)?.[4]
  const pairs = Object.entries(labels).flatMap(([label, value]): [string, string | number][] => {
    if (value === '') return []
    const name = names?.[label] ?? label
    return [[name, name === 'http.response.status_code' && /^\d+$/.test(value) ? Number(value) : value]]
  })
  return Object.fromEntries(pairs)
}

function unitOf(name: string): string {
  const [, word = ''] = /_(seconds|bytes|ratio)(?:_total)?$/.exec(name) ?? []
  return { seconds: 's', bytes: 'By', ratio: '1' }[word] ?? ''
}

/** What an SDK inside the workers can measure by itself; of the primary, nobody else does. */
export function withoutMeasured(metrics: readonly Metric[]): Metric[] {
  const ofPrimary = ({ labels }: Scalar): boolean => labels['slot'] === 'primary'
  return metrics.map((metric) => {
    if (!/^(http|nodejs|v8js|process)\./.test(instrumentOf(metric).name)) return metric
    return { ...metric, series: (metric.series as Scalar[]).filter(ofPrimary) } as Metric
  })
}
