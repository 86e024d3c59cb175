import type { Cluster, WorkerInfo } from '@clustered/core'

/** In ms without a loss, from when every worker is ready: a second port that is taken ends a worker sooner. */
const quiet = 300

/** Workers of one slot that are lost before that: what is broken is lost again and again. */
const mostLosses = 3

/**
 * Resolves when the program has come up: every worker is ready, and stays so.
 * Rejects, saying why, if its workers are lost again and again.
 */
export function staysUp(cluster: Cluster): Promise<void> {
  return new Promise((resolve, reject) => {
    const losses = new Map<number, Set<number>>()
    let timer: NodeJS.Timeout | undefined
    const look = (): void => {
      clearTimeout(timer)
      if (cluster.state === 'ready' && cluster.workers.every(({ state }) => state === 'ready'))
        timer = setTimeout(resolve, quiet)
    }
    const lose = ({ slot, pid }: WorkerInfo, reason: string): void => {
      clearTimeout(timer)
      const lost = (losses.get(slot) ?? new Set()).add(pid)
      losses.set(slot, lost)
      if (lost.size === mostLosses) reject(new Error(reason))
    }
    cluster.on('worker:crash', (worker, { name, message }) => lose(worker, `${name}: ${message}`))
    // A job that has run to its end is no loss, however often it is run; one that fails is.
    cluster.on('worker:exit', (worker, { asTold, finished, code, reason }) =>
      asTold || (finished && code === 0) ? look() : lose(worker, reason),
    )
    cluster.on('worker:ready', look)
    cluster.ready.then(look, reject)
  })
}
