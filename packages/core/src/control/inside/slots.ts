import { ClusteredError, closingError } from '../../errors.ts'
import type { WorkerHandle } from '../../primary/fleet/worker-handle.ts'
import type { PrimaryCluster } from '../../primary/primary-cluster.ts'
import { BadRequest } from '../bad-request.ts'

/** @throws {BadRequest} where it is no number. */
export function readSlot(call: string, { slot }: Record<string, unknown>): number | undefined {
  if (slot === undefined || (Number.isSafeInteger(slot) && (slot as number) >= 0)) return slot as number
  throw notASlot(call)
}

/** @throws {BadRequest} where it is none, and {ClusteredError} ERR_CLUSTERED_NO_SLOT */
export function slotOf(call: string, cluster: PrimaryCluster, body: Record<string, unknown>): number {
  const slot = readSlot(call, body)
  if (slot === undefined) throw notASlot(call)
  checkSlot(call, cluster, slot)
  return slot
}

function notASlot(call: string): BadRequest {
  return new BadRequest(400, `${call} takes { "slot": 0 }, a whole number from 0`)
}

/** @throws {ClusteredError} ERR_CLUSTERED_NO_SLOT */
export function checkSlot(call: string, cluster: PrimaryCluster, slot: number): void {
  if (cluster.state === 'closing') throw closingError(call)
  if (slot < cluster.slots.length) return
  const there = cluster.slots.length === 1 ? 'slot 0' : `slots 0 to ${cluster.slots.length - 1}`
  throw new ClusteredError('ERR_CLUSTERED_NO_SLOT', `${call}: there is no slot ${slot}. There is: ${there}.`)
}

/**
 * The worker that serves in that slot, and can do what it is asked: its loop turns.
 * @throws {ClusteredError} ERR_CLUSTERED_NO_SLOT, ERR_CLUSTERED_WORKER_GONE, ERR_CLUSTERED_WORKER_BLOCKED
 */
export async function chooseWorker(
  call: string,
  cluster: PrimaryCluster,
  body: Record<string, unknown>,
): Promise<WorkerHandle> {
  const slot = slotOf(call, cluster, body)
  const worker = cluster.fleet.handles.find((one) => one.slot === slot && one.state === 'ready')
  if (!worker)
    throw new ClusteredError(
      'ERR_CLUSTERED_WORKER_GONE',
      `${call}: no worker serves in slot ${slot} now: it boots, or waits for its next boot.`,
    )
  const { loop } = await worker.asks.look(false)
  if (loop === 'turns') return worker
  throw new ClusteredError(
    'ERR_CLUSTERED_WORKER_BLOCKED',
    `${call}: the worker in slot ${slot} (pid ${worker.pid}) ` +
      (loop === 'stands'
        ? 'stands still, and can do nothing else. To see where: clustered stack.'
        : 'does not answer: it is stopped, stands still, or is of a release that does not know this.'),
  )
}

/** With what was asked for, and of whom, in front. */
export function inWords(call: string, { slot, pid }: WorkerHandle, error: ClusteredError): ClusteredError {
  return new ClusteredError(
    error.code,
    `${call}, slot ${slot} (pid ${pid}): ${error.message.replace(/\.?$/, '.')}`,
  )
}
