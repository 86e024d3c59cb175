import type { ServerResponse } from 'node:http'
import type { ClusteredError } from '../../errors.ts'
import type { PrimaryCluster } from '../../primary/primary-cluster.ts'
import { asInspected } from '../../protocol/inside.ts'
import { BadRequest } from '../bad-request.ts'
import { type Body, follow } from './stream.ts'
import { chooseWorker, inWords } from './slots.ts'

const longest = 24 * 60

export type InspectLine =
  | { event: 'open'; url: string; already: boolean; minutes: number }
  | { event: 'end'; ok: true; reason: string }

/**
 * Opens a worker's inspector for as long as the client stays, and so many minutes at most.
 * @throws {ClusteredError}
 */
export async function inspect(cluster: PrimaryCluster, body: Body, response: ServerResponse): Promise<void> {
  const { minutes = 10 } = body
  if (typeof minutes !== 'number' || !(minutes > 0 && minutes <= longest))
    throw new BadRequest(400, `inspect takes { "minutes": 10 }, up to ${longest}`)
  const worker = await chooseWorker('inspect', cluster, body)
  await follow(response, async (tell, signal) => {
    const time = minutes * 60_000
    const asked = worker.asks.ask({ what: 'inspect', time }, asInspected)
    try {
      const { url, already } = await asked.answer
      tell({ event: 'open', url, already, minutes })
      if (already) return { reason: 'it was open before, and stays so' }
      return { reason: await ended(time, signal, worker.asks.gone) }
    } catch (error) {
      throw inWords('inspect', worker, error as ClusteredError)
    } finally {
      asked.stop()
    }
  })
}

/** @returns why. */
function ended(time: number, signal: AbortSignal, gone: Promise<unknown>): Promise<string> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, time, 'the time is over')
    void gone.then(() => resolve('the worker is gone'))
    signal.addEventListener('abort', () => resolve('the client has gone'))
    signal.addEventListener('abort', () => clearTimeout(timer))
  })
}
