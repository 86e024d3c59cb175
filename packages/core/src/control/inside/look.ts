import type { WorkerInfo } from '../../cluster.ts'
import type { PrimaryCluster } from '../../primary/primary-cluster.ts'
import type { Where } from '../../primary/fleet/asks.ts'
import type { WorkerHandle } from '../../primary/fleet/worker-handle.ts'
import { BadRequest } from '../bad-request.ts'
import { checkSlot, readSlot } from './slots.ts'

/** Where a worker is now, and what is in flight in it. */
export type WorkerLook = Pick<WorkerInfo, 'slot' | 'pid' | 'state' | 'generation'> &
  Where & {
    /** Of its event loop, within the last second in which it said so; from 0 to 1. */
    utilization: number | undefined
    /** How many requests it had when it last said so, and how many milliseconds ago that was. */
    lastKnown: { inFlight: number; ago: number } | undefined
  }

/** @returns every worker, or those of one slot, by slot. */
export async function look(cluster: PrimaryCluster, body: Record<string, unknown>): Promise<WorkerLook[]> {
  const { query = false } = body
  if (typeof query !== 'boolean') throw new BadRequest(400, 'look takes { "query": true }')
  const slot = readSlot('look', body)
  if (slot !== undefined) checkSlot('look', cluster, slot)
  const workers = cluster.fleet.handles.filter((worker) => slot === undefined || worker.slot === slot)
  const looks = await Promise.all(workers.map((worker) => lookAt(worker, query)))
  return looks.toSorted((one, other) => one.slot - other.slot || one.pid - other.pid)
}

async function lookAt(worker: WorkerHandle, query: boolean): Promise<WorkerLook> {
  const where = await worker.asks.look(query)
  const { slot, pid, state, generation, vitals } = worker.info
  const ago = worker.silentFor
  if (where.loop === 'stands') makeOlder(where)
  return {
    slot,
    pid,
    state,
    generation,
    ...where,
    utilization: vitals?.utilization,
    lastKnown: vitals && ago !== undefined ? { inFlight: vitals.inFlight, ago: Math.round(ago) } : undefined,
  }
}

/** What is in flight has been there at least since the loop last turned: nothing is read while it stands. */
function makeOlder({ stalledFor, look: seen }: Extract<Where, { loop: 'stands' }>): void {
  for (const request of seen?.inFlight.requests ?? []) request.age = Math.max(request.age, stalledFor)
}
