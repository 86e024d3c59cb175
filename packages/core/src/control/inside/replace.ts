import type { ServerResponse } from 'node:http'
import type { WorkerInfo } from '../../cluster.ts'
import { ClusteredError, closingError } from '../../errors.ts'
import type { PrimaryCluster } from '../../primary/primary-cluster.ts'
import { followSteps } from '../reload-stream.ts'
import { slotOf } from './slots.ts'
import { type Body, follow } from './stream.ts'

/** What is said of the old worker's drain. */
const asked = 'replace'

/**
 * Replaces the worker of one slot as a recycling does: the new one is ready
 * before the old one drains. A client that leaves changes nothing.
 * @throws {ClusteredError}
 */
export async function replace(cluster: PrimaryCluster, body: Body, response: ServerResponse): Promise<void> {
  const slot = slotOf('replace', cluster, body)
  await follow(response, async (tell) => {
    const leave = followSteps(cluster, (line) => 'worker' in line && line.worker.slot === slot && tell(line))
    try {
      const { pid, generation } = await replaced(cluster, slot)
      return { slot, pid, generation }
    } finally {
      leave()
    }
  })
}

function replaced(cluster: PrimaryCluster, slot: number): Promise<WorkerInfo> {
  const { fleet } = cluster
  const here = fleet.handles.filter((worker) => worker.slot === slot)
  const old = here.find(({ state }) => state === 'ready')
  const leaving = new Set(here.filter(({ state }) => state === 'draining').map(({ pid }) => pid))
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (slot >= cluster.slots.length) return fail(`slot ${slot} was scaled away.`)
      const now = fleet.handles.find((worker) => worker.slot === slot && worker.serving && worker !== old)
      // Beside the old one, it has still to show that it stays up.
      if (now && old?.state !== 'ready') settle(() => resolve(now.info))
    }
    const onExit = (gone: WorkerInfo, { reason }: { reason: string }): void => {
      if (gone.slot !== slot || leaving.has(gone.pid) || gone.pid === old?.pid) return look()
      if (old) fleet.replace(slot, undefined)
      const rest = old ? ` The one before it (pid ${old.pid}) serves on.` : ''
      fail(`the new worker of slot ${slot} did not come up: ${reason}.${rest}`)
    }
    const onClose = (): void => settle(() => reject(closingError('replace')))
    const fail = (why: string): void =>
      settle(() => reject(new ClusteredError('ERR_CLUSTERED_NOT_DONE', `replace: ${why}`)))
    const settle = (end: () => void): void => {
      cluster
        .off('worker:ready', look)
        .off('worker:drain', look)
        .off('worker:exit', onExit)
        .off('close', onClose)
      end()
    }
    cluster.on('worker:ready', look).on('worker:drain', look).on('worker:exit', onExit).on('close', onClose)
    fleet.replace(slot, asked)
  })
}
