import type { ClusterState, SlotInfo, WorkerInfo } from '../cluster.ts'
import type { LostLog } from '../lost-log.ts'
import type { Bounds } from '../worker-count.ts'

/** Between how many workers their number follows the load. */
export interface ScaleBounds extends Bounds {
  /** Somebody has asked for a number, which stands until the next reload. */
  held: boolean
}

/** How a reload went. */
export interface LastReload {
  /** That it brought, or was to bring. */
  generation: number
  state: 'under way' | 'done' | 'failed'
  /** When it began or, once it is over, ended, in milliseconds since the epoch. */
  at: number
}

/** What a primary says of its program over the control socket. */
export interface ProgramStatus {
  name: string
  /** The primary's. */
  pid: number
  state: ClusterState
  /** The entry file, as it was named at the start. */
  entry: string
  /** The working directory of workers, as it was named at the start. */
  cwd: string
  /** The name of the container that it is in, or `null`. Its pids are those of the container. */
  container: string | null
  /** Of Node. */
  version: string
  /** Milliseconds since the epoch. */
  startedAt: number
  /** Where it listens, such as `0.0.0.0:8000`, or `null` before that. */
  address: string | null
  balance: 'kernel' | 'round-robin' | null
  /** What a worker that boots now runs. */
  generation: number
  /** How many workers are wanted. */
  slots: number
  /** Whether it serves: `false` for a queue consumer, a scheduler, a script. */
  listen: boolean
  /** Between how many that follows the load, or `null` where it does not. */
  bounds: ScaleBounds | null
  /** Each slot, empty ones too. */
  bySlot: SlotInfo[]
  /** The last reload, or the one under way; `null` before the first. */
  lastReload: LastReload | null
  /** How many workers have left their place without being told to. */
  restarts: number
  /** Milliseconds. */
  drainTimeout: number
  /** Milliseconds. */
  shutdownDelay: number
  /** `lostLog` is the last log line that it could not write, if there is one. */
  primary: { rss: number; lostLog?: LostLog | undefined }
  workers: WorkerInfo[]
}
