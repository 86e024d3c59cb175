import type { ClusterState, SlotInfo } from './cluster.ts'

/** How a cluster is, in one line, and if not all is well, why. */
export function healthLine(state: ClusterState, slots: readonly SlotInfo[]): string {
  // A primary of an older release says nothing of its slots.
  if (slots.length === 0) return state
  const filled = slots.filter((slot) => slot.state === 'ready')
  const finished = slots.filter((slot) => slot.state === 'finished').length
  const count = `${filled.length} of ${slots.length} ${slots.length === 1 ? 'worker' : 'workers'}`
  // What serves nothing may have nothing left to do.
  const line = finished === slots.length ? 'finished' : `${state}: ${count}`
  const failures = slots.flatMap((slot) => (slot.state !== 'ready' && slot.lastFailure ? [slot] : []))
  const [last] = failures.toSorted((a, b) => b.lastFailure!.at - a.lastFailure!.at)
  if (!last) return line
  const { reason, lastWords } = last.lastFailure!
  return `${line}; slot ${last.slot}: ${[reason, lastWords].filter(Boolean).join(', ')}`
}
