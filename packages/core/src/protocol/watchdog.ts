/** The file descriptor in a worker that its watchdog writes to, one report of JSON per line. */
export const watchdogDescriptor = 4

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

/** What the main thread tells its watchdog. */
export interface WatchdogOptions {
  /** Milliseconds; 0 for never. */
  lagWarning: number
  /** Milliseconds; 0 for never. */
  hangTimeout: number
  /** A counter that the main loop advances. */
  turns: SharedArrayBuffer
  /** What tells, evaluated in the main thread, the request that it is stuck on. */
  requestExpression: string
}
