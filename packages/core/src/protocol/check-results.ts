import { type CheckResult, type CheckResults, longestReason } from '../health/checks.ts'

/** So many checks of one app are believed. */
export const mostChecks = 64

/** @returns what a worker's checks have said, or undefined if it is nothing of that. */
export function asCheckResults(value: unknown): CheckResults | undefined {
  if (typeof value !== 'object' || value === null) return undefined
  const results = Object.entries(value)
  const fits =
    results.length <= mostChecks && results.every(([name, result]) => name.length <= 64 && isResult(result))
  return fits ? (value as CheckResults) : undefined
}

function isResult(value: unknown): boolean {
  const { ok, reason, took, at } = (value ?? {}) as Partial<CheckResult>
  const isReason = typeof reason === 'string' ? reason.length <= longestReason : reason === undefined
  return typeof ok === 'boolean' && isReason && Number.isFinite(took) && Number.isFinite(at)
}
