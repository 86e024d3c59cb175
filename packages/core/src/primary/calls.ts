import { ClusteredError } from '../errors.ts'
import type { ToPrimary } from '../protocol/messages.ts'
import type { PrimaryCluster } from './primary-cluster.ts'
import type { WorkerHandle } from './fleet/worker-handle.ts'

type CallMessage = Extract<ToPrimary, { type: 'call' }>

/** Carries out what a worker has called, and tells it how that went. */
export async function carryOut(
  cluster: PrimaryCluster,
  worker: WorkerHandle,
  { id, call }: CallMessage,
): Promise<void> {
  const reply = { type: 'call-reply', id } as const
  try {
    if (call.method === 'metrics')
      return worker.send({ ...reply, error: undefined, result: await cluster.metrics() })
    if (call.method === 'scale') await cluster.scale(call.workers)
    else if (call.method === 'reload') await cluster.reload()
    // It may be a request that waits, and the worker cannot drain before that
    // is answered: so it waits for the beginning and not for the end. And the
    // caller may be all that kept the program going: nothing is left to do.
    else {
      cluster.stop('close()')
      if (call.now) cluster.cut()
    }
    cluster.catchUp()
    worker.send({ ...reply, error: undefined })
  } catch (error) {
    cluster.catchUp()
    const { message } = error as Error
    const code = error instanceof ClusteredError ? error.code : 'ERR_CLUSTERED_RELOAD_FAILED'
    worker.send({ ...reply, error: { code, message } })
  }
}
