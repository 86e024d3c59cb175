import type { Cluster } from '../cluster.ts'
import { crashLoop } from '../crash-loop.ts'
import { healthLine } from '../health-line.ts'

/** The reload under way, or the last one. */
export interface ReloadSeen {
  generation: number
  /** Why it failed, once it has. */
  error?: Error
  isOver: boolean
}

/** What `systemctl status` shows of a program: how it is and, if not all is well, why. */
export function statusLine({ state, slots, workers }: Cluster, reload: ReloadSeen | undefined): string {
  if (state === 'closing') {
    const left = workers.length
    return left === 0 ? 'closing' : `closing: ${left} ${left === 1 ? 'worker drains' : 'workers drain'}`
  }
  const loop = crashLoop(Math.max(0, ...slots.map((slot) => slot.failures)))
  const parts = [healthLine(state, slots)]
  if (loop) parts.push(loop)
  if (reload && !reload.isOver) {
    const { generation } = reload
    const done = workers.filter((worker) => worker.state === 'ready' && worker.generation === generation)
    parts.unshift(`reload to generation ${generation}: ${done.length} of ${slots.length} slots run it`)
  } else if (reload?.error) parts.push(reload.error.message)
  else if (reload) parts.push(`generation ${reload.generation}`)
  return parts.join('; ').replaceAll(/\s+/g, ' ')
}
