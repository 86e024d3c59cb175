/**
 * Every error that Clustered itself makes, by code. The code is stable; the
 * message is for people and may get better.
 */
export type ClusteredErrorCode =
  | 'ERR_CLUSTERED_BAD_OPTION'
  | 'ERR_CLUSTERED_BAD_TARGET'
  | 'ERR_CLUSTERED_BAD_LISTEN'
  | 'ERR_CLUSTERED_NOT_A_SERVER'
  | 'ERR_CLUSTERED_NO_EVENT'
  | 'ERR_CLUSTERED_NO_ENTRY'
  | 'ERR_CLUSTERED_BALANCE_UNAVAILABLE'
  | 'ERR_CLUSTERED_BOOT_FAILED'
  | 'ERR_CLUSTERED_RELOAD_FAILED'
  | 'ERR_CLUSTERED_SINGLE_MODE'
  | 'ERR_CLUSTERED_CLOSING'
  | 'ERR_CLUSTERED_NO_PRIMARY'
  | 'ERR_CLUSTERED_SECOND_PROGRAM'
  | 'ERR_CLUSTERED_BAD_REQUEST'
  | 'ERR_CLUSTERED_REFUSED'
  | 'ERR_CLUSTERED_NOT_PERMITTED'
  | 'ERR_CLUSTERED_RELEASE_GONE'
  | 'ERR_CLUSTERED_OTHER_PROTOCOL'
  | 'ERR_CLUSTERED_NOT_NODE'
  | 'ERR_CLUSTERED_BAD_MESSAGE'
  | 'ERR_CLUSTERED_TOO_MANY_MESSAGES'
  | 'ERR_CLUSTERED_NO_LOG_FILE'
  | 'ERR_CLUSTERED_NO_SLOT'
  | 'ERR_CLUSTERED_WORKER_BLOCKED'
  | 'ERR_CLUSTERED_WORKER_BUSY'
  | 'ERR_CLUSTERED_WORKER_GONE'
  | 'ERR_CLUSTERED_FILE'
  | 'ERR_CLUSTERED_NO_MEMORY'
  | 'ERR_CLUSTERED_NOT_DONE'
  | 'ERR_CLUSTERED_NO_METRICS'

/** An error made by Clustered. `cause` holds what led to it, if anything did. */
export class ClusteredError extends Error {
  override readonly name = 'ClusteredError'
  readonly code: ClusteredErrorCode

  constructor(code: ClusteredErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** @param call the method that was called, or what was waited for. */
export function closingError(call: string): ClusteredError {
  return new ClusteredError('ERR_CLUSTERED_CLOSING', `${call}: the cluster is closing.`)
}

/** @param wanted undefined where a primary of an older release does not say. */
export function metricsOff(wanted: boolean | undefined = false): ClusteredError {
  const why =
    wanted === undefined
      ? 'the primary is of a release that does not have them. Restart the program, primary and all'
      : 'there are none, as the option metrics is false. To have them, leave it out'
  return new ClusteredError('ERR_CLUSTERED_NO_METRICS', `metrics: ${why}.`)
}
