import { defaultName } from '../../control/name.ts'
import type { Entry } from '../../primary/entry.ts'
import type { PrimaryCluster } from '../../primary/primary-cluster.ts'
import type { Settings } from '../../settings.ts'
import type { Metric } from '../metric.ts'
import { registered } from './registered.ts'
import { scope } from './scope.ts'

type Program = Pick<Entry, 'file' | 'cwd'>

/** Has OpenTelemetry hear of the cluster where the program has set it up, in code or by its standard variables. */
export function connectOpenTelemetry(cluster: PrimaryCluster, settings: Settings, program: Program): void {
  const collect = settings.metrics ? () => cluster.telemetry.metrics() : undefined
  const connected = new Set<'metrics' | 'trace'>()
  const connect = (): void =>
    cluster.boundary.run("the program's OpenTelemetry SDK", () => {
      const { metrics, trace } = registered()
      if (trace && !connected.has('trace')) {
        connected.add('trace')
        const { Traces } = require('./traces.js') as typeof import('./traces.ts')
        new Traces(trace.getTracer(scope.name, scope.version)).follow(cluster)
      }
      if (metrics && collect && !connected.has('metrics')) {
        connected.add('metrics')
        const { Instruments } = require('./instruments.js') as typeof import('./instruments.ts')
        new Instruments(metrics.getMeter(scope.name, scope.version), collect).make()
      }
    })
  connect()
  // It may be set up after `listen`.
  void cluster.ready.then(connect, () => {})
  if (collect && isAsked())
    cluster.boundary.run('the export by OTLP', () => exportByOtlp(cluster, settings, program, collect))
}

/** Whether it is worth the load of what reads them. */
function isAsked(): boolean {
  return Object.keys(process.env).some((name) => name.startsWith('OTEL_EXPORTER_OTLP_'))
}

function exportByOtlp(
  cluster: PrimaryCluster,
  settings: Settings,
  program: Program,
  collect: () => Metric[],
): void {
  const { startOtlp } = require('./otlp/start.js') as typeof import('./otlp/start.ts')
  const exporter = startOtlp({
    collect,
    isMeasured: () => cluster.telemetry.isMeasured,
    name: () => settings.name ?? defaultName(program.file, program.cwd),
    log: settings.logger,
  })
  if (exporter) cluster.beforeEnd(() => exporter.end())
}
