import type { ClusterState, SlotInfo } from '../cluster.ts'
import type { CheckResult } from './checks.ts'

/** How a program is: what `/healthz` says. */
export interface Health {
  /** Whether requests are to be sent to it. */
  ready: boolean
  /** Why not, in words. */
  reason: string | null
  state: ClusterState
  slots: { wanted: number; ready: number; needed: number }
  /** What the app's own checks have last said, by their names. */
  checks: Record<string, CheckResult>
}

export interface Known {
  state: ClusterState
  slots: readonly Pick<SlotInfo, 'state'>[]
  /** How many slots have to be ready. */
  needed: number
  checks: Record<string, CheckResult>
}

/** Whether a cluster of which this is known is ready, and why not. */
export function judge({ state, slots, needed, checks }: Known): Health {
  const ready = slots.filter((slot) => slot.state === 'ready').length
  const counts = { wanted: slots.length, ready, needed }
  const reason = whyNot(state, counts) ?? failing(checks)
  return { ready: reason === undefined, reason: reason ?? null, state, slots: counts, checks }
}

function whyNot(state: ClusterState, { wanted, ready, needed }: Health['slots']): string | undefined {
  if (state === 'closing') return 'the program is stopping'
  if (ready >= needed) return undefined
  const booting = state === 'booting' ? ': the program is starting' : ''
  return `${ready} of ${wanted} slots ${ready === 1 ? 'is' : 'are'} ready, and ${needed} ${needed === 1 ? 'has' : 'have'} to be${booting}`
}

function failing(checks: Record<string, CheckResult>): string | undefined {
  const reasons = Object.entries(checks).flatMap(([name, { ok, reason }]) =>
    ok ? [] : [`check ${name}: ${reason ?? 'no'}`],
  )
  return reasons.length > 0 ? reasons.join('; ') : undefined
}
