import type { ProgramStatus } from '../status.ts'

/**
 * What `GET /v1/live` says, as events of an event stream: first `program`, then
 * the others as they come. All times are in milliseconds since the epoch.
 */
export interface LiveEvents {
  /** All that is known, at the beginning of each connection. */
  program: LiveProgram
  /** What has changed: at once, but no more than ten times a second, and once a second. */
  status: ProgramStatus
  /** Once a second. */
  sample: Sample
  happened: Happening
  fault: Fault
}

export interface LiveProgram {
  status: ProgramStatus
  /** One for each second of the last five minutes, the oldest first. */
  samples: Sample[]
  /** The last 200, the oldest first. */
  happened: Happening[]
  /** The last of each kind. */
  faults: Fault[]
  /** Whether whoever asks may also change something. */
  mayChange: boolean
}

/** A second of the cluster. */
export interface Sample {
  at: number
  /** Answered, per second. */
  requests: number
  /** Of them, those with a status of 500 or more, and those that were cut. */
  errors: number
  /** In ms, of the answers of this second; `null` where there was none. */
  p50: number | null
  p99: number | null
  inFlight: number
  connections: number
  /** In ms: the p99 of the worker where it is worst. */
  loopDelay: number
  /** CPUs that are used, primary included. */
  cpu: number
  /** In bytes, primary included. */
  rss: number
  /** How many slots have a worker that serves. */
  ready: number
}

/** Something that has happened, for the log of the page. */
export interface Happening {
  at: number
  level: 'info' | 'warn' | 'error'
  /** What the log calls it, such as `'worker:ready'`. */
  event: string
  text: string
  slot?: number
  pid?: number
  generation?: number
}

/** A worker that hung or crashed, and in what. */
export interface Fault {
  at: number
  kind: 'hung' | 'crash' | 'lag'
  slot: number
  pid: number
  generation: number
  /** Such as `'GET /orders'`, where it is known. */
  request: string | null
  /** In one line. */
  what: string
  /** Whole. */
  stack: string
}
