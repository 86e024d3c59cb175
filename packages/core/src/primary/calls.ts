import type { Cluster } from '../cluster.ts'
import { ClusteredError } from '../errors.ts'
import type { ToPrimary } from '../protocol/messages.ts'
import type { WorkerHandle } from './fleet/worker-handle.ts'

type CallMessage = Extract<ToPrimary, { type: 'call' }>

/** Carries out what a worker has called, and tells it how that went. */
export async function carryOut(
  cluster: Cluster,
  worker: WorkerHandle,
  { id, call }: CallMessage,
): Promise<void> {
  const reply = { type: 'call-reply', id } as const
  try {
    if (call.method === 'scale') await cluster.scale(call.workers)
    else if (call.method === 'reload') await cluster.reload()
    // No reply: the caller has drained by then. It may have been all that kept
    // the program going, and nothing is left to do.
    else await cluster.close().then(() => process.exit())
    worker.send({ ...reply, error: undefined })
  } catch (error) {
    const { message } = error as Error
    const code = error instanceof ClusteredError ? error.code : 'ERR_CLUSTERED_RELOAD_FAILED'
    worker.send({ ...reply, error: { code, message } })
  }
}
