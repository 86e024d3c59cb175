/** The environment variable in which the primary briefs a worker; see `WorkerBriefing`. */
export const briefingVariable = 'CLUSTERED_BRIEFING'
