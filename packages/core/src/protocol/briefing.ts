/** The environment variable in which the primary briefs a worker; see `WorkerBriefing`. */
export const briefingVariable = 'CLUSTERED_BRIEFING'

/**
 * Goes up with each change of the briefing or the messages that the other side
 * must know of: after a deploy, a worker may be of a newer release of this
 * package than its primary.
 */
export const protocolVersion = 1
