import type { Cluster, WorkerInfo } from '../cluster.ts'
import { formatAddress } from '../format-address.ts'
import type { ScaleStep } from '../events.ts'
import type { Logger } from '../logger.ts'
import type { StallReport } from '../protocol/watchdog.ts'
import { describe } from './fleet/reload.ts'

/** How long (in ms) after a warning of lag the next of the same worker is left out. */
const lagInterval = 10_000

/** Failures in a row from which on it is called a crash loop. */
const crashLoop = 3

/** One readable line per event. */
export function report(cluster: Cluster, logger: Logger): void {
  cluster.on('worker:ready', (worker, bootTime) =>
    logger.info(`${name(worker)} is ready after ${bootTime} ms`),
  )
  cluster.on('worker:drain', (worker, reason) => logger.info(`${name(worker)} drains: ${reason}`))
  const lastLag = new Map<number, number>()
  cluster.on('worker:lag', (worker, stall) => {
    if (performance.now() - (lastLag.get(worker.pid) ?? -lagInterval) < lagInterval) return
    lastLag.set(worker.pid, performance.now())
    logger.warn(`${name(worker)} has not turned its event loop for ${stalled(stall)}`)
  })
  cluster.on('worker:hung', (worker, stall) => logger.error(`${name(worker)} hangs: for ${stalled(stall)}`))
  cluster.on('worker:exit', (worker, exit) => {
    lastLag.delete(worker.pid)
    const line = exit.finished
      ? `${name(worker)} has ended by itself, and is not started again: ${describe(exit)}`
      : `${name(worker)} is gone: ${describe(exit)}`
    if (exit.asTold || (exit.finished && exit.code === 0)) logger.info(line)
    else logger.error(line)
  })
  cluster.on('worker:problem', (worker, problem) => logger.error(`${name(worker)}: ${problem}`))
  cluster.on('worker:crash', (worker, { name: kind, message }) =>
    logger.error(
      `${name(worker)} crashed, ${kind}: ${message}. It serves on until another worker has its place`,
    ),
  )
  cluster.on('slot:backoff', (slot, failures, delay) => {
    const loop = failures >= crashLoop ? `crash loop: ${failures} failures in a row; ` : ''
    const serving = cluster.workers.find((worker) => worker.slot === slot && worker.state === 'ready')
    const state = serving ? `${name(serving)} is not replaced yet` : `slot ${slot} is empty`
    logger.warn(`${state}: ${loop}the next boot is in ${delay} ms`)
  })
  cluster.on('reload:start', (generation) => logger.info(`reload to generation ${generation} begins`))
  cluster.on('reload:done', (generation) =>
    logger.info(`reload done: every slot is on generation ${generation}`),
  )
  cluster.on('reload:failed', (_generation, error) => logger.error(error.message))
  cluster.on('scale', (workers, step) => logger.info(`scale to ${workers} ${plural(workers)}${why(step)}`))
  cluster.on('close', (reason) => logger.info(`closing: ${reason}`))
  cluster.ready.then(() => logger.info(listening(cluster))).catch(() => {})
}

function listening(cluster: Cluster): string {
  // One that is being replaced and the one that follows it are in the same slot.
  const slots = cluster.workers.flatMap(({ slot, state }) => (state === 'ready' ? slot : []))
  const workers = new Set(slots).size
  if (cluster.address() === null) return `running, ${workers} ${plural(workers)}, primary pid ${process.pid}`
  const where = `${formatAddress(cluster.address())}, ${workers} ${plural(workers)}`
  return `listening on ${where}, balance: ${cluster.balance}, primary pid ${process.pid}`
}

/** The one event that takes more lines: the first says what, the others where. */
function stalled({ stalledFor, request, stack }: StallReport): string {
  const where =
    stack.length > 0
      ? stack.map((frame) => `\n    at ${frame}`).join('')
      : ', in a native call that cannot be interrupted'
  return `${stalledFor} ms${request ? `, on ${request}` : ''}${where}`
}

function name({ slot, pid, generation }: WorkerInfo): string {
  // One that could not be forked has no pid.
  const details = [pid > 0 && `pid ${pid}`, generation > 1 && `generation ${generation}`].filter(Boolean)
  return `worker ${slot}${details.length > 0 ? ` (${details.join(', ')})` : ''}`
}

function why({ from, reason, utilization = 0, over = 0 }: ScaleStep): string {
  if (reason === 'asked') return ''
  if (reason === 'options') return ` (${from} before): as the option workers says`
  return ` (${from} before): utilization ${utilization.toFixed(2)} over ${Math.round(over / 1000)} s`
}

function plural(workers: number): string {
  return workers === 1 ? 'worker' : 'workers'
}
