import type { ClusterState, WorkerInfo } from '../../cluster.ts'
import type { ScaleStep } from '../../events.ts'
import type { PrimaryCluster } from '../../primary/primary-cluster.ts'
import { connectionCounts } from '../../primary/sockets/connection-counts.ts'
import { queued } from '../../primary/sockets/queued.ts'
import { release } from '../../release-name.ts'
import { Exits } from './exits.ts'
import { Histogram } from '../histogram.ts'
import type { Labels, Metric, ScalarMetric } from '../metric.ts'
import { Reloads } from './reloads.ts'
import { snapshot } from '../snapshot.ts'

/** In seconds. */
const bootBounds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60]

const workerStates: readonly WorkerInfo['state'][] = ['booting', 'ready', 'spare', 'draining']
const clusterStates: readonly ClusterState[] = ['booting', 'ready', 'degraded', 'closing']
const scaleReasons: readonly ScaleStep['reason'][] = ['asked', 'busy', 'idle', 'options']

const msPerSecond = 1000

/** What it counts, and asks when it is asked itself. */
type Watched = Pick<
  PrimaryCluster,
  'on' | 'workers' | 'slots' | 'size' | 'state' | 'generation' | 'balance' | 'ports'
>

/** What the primary knows of its workers and of their connections, as metrics. An event costs a counter. */
export class FleetMetrics {
  readonly #cluster: Watched
  /** Read at once: a deploy may take the files away. */
  readonly #version = release()
  readonly #exits: Exits
  readonly #reloads: Reloads
  readonly #boots = new Histogram(bootBounds, {})
  readonly #scales = new Map(scaleReasons.map((reason) => [reason, 0]))

  constructor(cluster: Watched) {
    this.#cluster = cluster
    this.#exits = new Exits(cluster)
    this.#reloads = new Reloads(cluster)
    cluster.on('worker:ready', (_worker, bootTime) => this.#boots.add(bootTime / msPerSecond))
    cluster.on('scale', (_workers, { reason }) => this.#scales.set(reason, this.#scales.get(reason)! + 1))
  }

  metrics(): Metric[] {
    return [
      ...this.#states(),
      ...this.#exits.metrics(),
      ...this.#reloads.metrics(),
      ...this.#changes(),
      ...this.#connections(),
    ]
  }

  #states(): ScalarMetric[] {
    const { workers, slots, size, state, generation, balance } = this.#cluster
    return [
      gauge('clustered_info', 'What runs here: 1, with the releases and the way of balancing as labels.', [
        [{ version: this.#version, node: process.versions.node, balance: balance ?? 'none' }, 1],
      ]),
      gauge(
        'clustered_workers',
        'Workers by state: booting, ready, spare or draining.',
        workerStates.map((name) => [
          { state: name },
          workers.filter((worker) => worker.state === name).length,
        ]),
      ),
      gauge('clustered_slots', 'How many workers are wanted.', [[{}, size]]),
      gauge('clustered_slots_ready', 'Slots in which a worker serves.', [
        [{}, slots.filter((slot) => slot.state === 'ready').length],
      ]),
      gauge(
        'clustered_state',
        'The state of the cluster: 1 for the one that it is in, 0 for the others.',
        clusterStates.map((name) => [{ state: name }, name === state ? 1 : 0]),
      ),
      gauge('clustered_generation', 'Which release of the code workers boot with; each reload adds 1.', [
        [{}, generation],
      ]),
    ]
  }

  #changes(): Metric[] {
    return [
      {
        name: 'clustered_worker_boot_duration_seconds',
        help: 'How long workers took from fork to ready.',
        type: 'histogram',
        bounds: bootBounds,
        series: [snapshot(this.#boots)],
      },
      {
        name: 'clustered_scale_total',
        help: 'Changes of the number of slots, by reason: asked, busy, idle or options.',
        type: 'counter',
        series: [...this.#scales].map(([reason, value]) => ({ labels: { reason }, value })),
      },
    ]
  }

  #connections(): ScalarMetric[] {
    return [
      gauge('clustered_connections_waiting', 'Connections that no worker has accepted yet.', [
        [{}, connectionCounts.held + queued(this.#cluster.ports)],
      ]),
      {
        name: 'clustered_connections_moved_total',
        help: 'Connections between two requests that went from one worker to another.',
        type: 'counter',
        series: [{ labels: {}, value: connectionCounts.moved }],
      },
    ]
  }
}

function gauge(name: string, help: string, series: [Labels, number][]): ScalarMetric {
  return { name, help, type: 'gauge', series: series.map(([labels, value]) => ({ labels, value })) }
}
