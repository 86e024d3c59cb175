/** Over how many seconds answers are judged, and from which share of errors on they are no longer well. */
const judged = 60
export const tooMany = 0.05

/** How busy workers are, on average, from 0 to 1. One that has just booted was busy with that. */
export function meanUtilization({ workers }, now) {
  const settled = workers.filter(
    ({ state, slot, vitals, startedAt }) =>
      state === 'ready' && slot >= 0 && vitals && now - startedAt > 10_000,
  )
  return settled.length > 0 ? sum(settled, ({ vitals }) => vitals.utilization) / settled.length : 0
}

export function shareOfErrors(samples) {
  const last = samples.slice(-judged)
  const requests = sum(last, (sample) => sample.requests)
  const errors = sum(last, (sample) => sample.errors)
  return { requests, errors, share: requests > 0 ? errors / requests : 0 }
}

export function isQuiet(samples) {
  if (samples.length < 90 || sum(samples.slice(-30), ({ requests }) => requests) > 0) return false
  return sum(samples.slice(0, -30), ({ requests }) => requests) / (samples.length - 30) > 1
}

export function sum(list, of) {
  return list.reduce((total, item) => total + (of(item) ?? 0), 0)
}
