/**
 * What this process is to Clustered, kept on `globalThis`: an app may load two
 * copies of this package (one under each adapter), and they must agree.
 */
import type { GivenSockets } from './systemd/given-sockets.ts'
import type { RouteOf } from './adapter.ts'
import type { OwnHealth } from './health/own-health.ts'
import type { LeadHook } from './hooks.ts'
import type { Lifecycle } from './lifecycle.ts'
import type { Bus } from './messages/bus.ts'
import type { PrimaryCluster } from './primary/primary-cluster.ts'
import type { Singles } from './single.ts'
import type { GivenRegistries } from './telemetry/prom-client/registries.ts'
import type { Worker } from './worker/worker.ts'

export interface Runtime {
  /** In a worker: its inside. */
  worker?: Worker
  /** In any other process: what it is called, once it has been asked. */
  id?: string
  /** In a worker that the program has forked from our primary, past us. */
  isStray?: boolean
  /** In the primary, from the first `listen` on: its cluster. */
  primary?: PrimaryCluster
  /** In single mode: every place that this process listens at. */
  singles?: Singles
  /** In a process that serves: its hooks and held work. */
  lifecycle?: Lifecycle
  /** What `onLead` was given. */
  leadHooks?: LeadHook[]
  /** The program's checks, and what it is to be ready, once somebody has said or asked it. */
  health?: OwnHealth
  /** What this process publishes and subscribes to, once it does. */
  bus?: Bus
  /** How many requests `Overload` has turned away. */
  shed?: number
  /** How frameworks tell the route of a request. */
  routesOf?: Set<RouteOf>
  /** The app's own registries of metrics. */
  registries?: GivenRegistries
  /** The sockets that systemd has opened for this process, once they were asked for. */
  givenSockets?: GivenSockets
  /** How many times `listen` was called, which gives each call its key. */
  listens: number
}

const symbol = Symbol.for('@clustered/core')

export function runtime(): Runtime {
  const holder = globalThis as { [symbol]?: Runtime }
  return (holder[symbol] ??= { listens: 0 })
}
