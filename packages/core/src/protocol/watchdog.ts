/** The descriptor in a worker of the channel that node:cluster's messages go through. */
export const channelDescriptor = 3

/** The file descriptor in a worker that its watchdog writes to, one report of JSON per line. */
export const watchdogDescriptor = 4

/** What a watchdog says to the primary. */
export type WatchdogReport = StallReport | BusyReport

/** What a watchdog saw of a main loop that stands still. */
export interface StallReport {
  kind: 'lag' | 'hung'
  /** Milliseconds since the loop last turned. */
  stalledFor: number
  /** Where it is, innermost first; empty in a native call that cannot be interrupted. */
  stack: string[]
  /** The request that it is stuck on, such as `GET /report`, if that is known. */
  request: string | undefined
}

/**
 * The loop stands still for a good reason: it writes a heap snapshot, or stands
 * at a breakpoint. Said once a second, for as long as that is so: it is no silence.
 */
interface BusyReport {
  kind: 'busy'
}

/** What the main thread tells its watchdog at the start. */
export interface WatchdogOptions {
  /** Milliseconds; 0 for never. */
  lagWarning: number
  /** Milliseconds; 0 for never. */
  hangTimeout: number
  /** Milliseconds. */
  drainTimeout: number
  /** The pid of the process that has forked this one. */
  parent: number
  /** What the main thread tells it later: an Int32Array with a place for each of `Shared`. */
  shared: SharedArrayBuffer
  /** Whether the main thread's stack may be taken. */
  mayInspect: boolean
  /** Where Node itself puts its heap snapshots, if not in the working directory. */
  diagnosticFolder: string | undefined
}

export const Shared = {
  /** Counts up while the main loop turns. */
  turns: 0,
  /** 1 from the moment on which a loop that stands is to be reported. */
  judging: 1,
  /** Above 0 while the main thread is in a call that takes a heap snapshot. */
  snapshots: 2,
  /** 1 while a debugger may hold the main thread at a breakpoint. */
  debugged: 3,
} as const
