export type { Adapter, OrFactory, RouteOf, ServerOf, Target } from './adapter.ts'
export type {
  CloseCallback,
  CloseOptions,
  Cluster,
  ClusterState,
  SlotFailure,
  SlotInfo,
  Vitals,
  WorkerInfo,
} from './cluster.ts'
export { adapt, type Clustered, clustered } from './clustered.ts'
export { ClusteredError, type ClusteredErrorCode } from './errors.ts'
export type { DiagnosticMessages } from './diagnostics.ts'
export type { ClusterEvents, ScaleStep, WorkerExit } from './events.ts'
export type { AdminOptions } from './health-options.ts'
export type { Check, CheckResult, CheckResults } from './health/checks.ts'
export { health, type HealthListener, HealthProbes } from './health/middleware.ts'
export type { HealthAnswer, HealthPaths } from './health/probes.ts'
export type { ReadyWhen } from './health/ready-when.ts'
export type { Health } from './health/verdict.ts'
export { hold } from './hold.ts'
export type { Hook, Hooks, LeadHook } from './hooks.ts'
export type { Listen, ListenCallback } from './listen.ts'
export type { LogEvent, LogFields, LogLevel, LogLine } from './log.ts'
export type { Logger } from './logger.ts'
export type { LostLog } from './lost-log.ts'
export type {
  ClusteredOptions,
  GoodbyeOptions,
  ReloadOptions,
  Restart,
  Sticky,
  WorkerBounds,
} from './options.ts'
export { mergeMetrics } from './merge-metrics.ts'
export { onLead } from './on-lead.ts'
export { publish, subscribe } from './messages/publish-subscribe.ts'
export { type Admitted, Overload, type OverloadOptions } from './overload.ts'
export { supervise, type SuperviseOptions } from './primary/supervise.ts'
export type { LastWords } from './protocol/messages.ts'
export type { StallReport } from './protocol/watchdog.ts'
export type {
  Distribution,
  HistogramMetric,
  Labels,
  Metric,
  Scalar,
  ScalarMetric,
} from './telemetry/metric.ts'
export { workerId } from './worker-id.ts'
export type { HttpServerOptions } from './server-options.ts'
