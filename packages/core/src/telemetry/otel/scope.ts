import { release } from '../../release-name.ts'

/** Who says it. */
export const scope: { name: string; version: string } = { name: '@clustered/core', version: release() }

/** When the counts of this process began, in milliseconds since the epoch. */
export const since: number = Math.round(performance.timeOrigin)
