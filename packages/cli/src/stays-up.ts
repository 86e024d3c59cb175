import type { Cluster } from '@clustered/core'

/** In ms without a loss, from when every worker is ready: a second port that is taken ends a worker sooner. */
const quiet = 300

/** Losses before that: what is broken is lost again and again. */
const mostLosses = 3

/**
 * Resolves when the program has come up: every worker is ready, and stays so.
 * Rejects, saying why, if its workers are lost again and again.
 */
export function staysUp(cluster: Cluster): Promise<void> {
  return new Promise((resolve, reject) => {
    let losses = 0
    let timer: NodeJS.Timeout | undefined
    const look = (): void => {
      clearTimeout(timer)
      if (cluster.state === 'ready' && cluster.workers.every(({ state }) => state === 'ready'))
        timer = setTimeout(resolve, quiet)
    }
    const lose = (reason: string): void => {
      clearTimeout(timer)
      if (++losses === mostLosses) reject(new Error(reason))
    }
    cluster.on('worker:crash', (_worker, { name, message }) => lose(`${name}: ${message}`))
    cluster.on('worker:exit', (_worker, { asTold, reason }) => (asTold ? look() : lose(reason)))
    cluster.on('worker:ready', look)
    cluster.ready.then(look, reject)
  })
}
