/** Who says it. */
export const scope = { name: '@clustered/core' }

/** When the counts of this process began, in milliseconds since the epoch. */
export const since: number = Math.round(performance.timeOrigin)
