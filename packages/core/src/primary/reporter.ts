import type { Cluster, WorkerInfo } from '../cluster.ts'
import { crashLoop } from '../crash-loop.ts'
import { formatAddress } from '../format-address.ts'
import type { ScaleStep } from '../events.ts'
import type { Log, LogFields } from '../log.ts'
import type { StallReport } from '../protocol/watchdog.ts'
import { describe } from './fleet/reload.ts'
import { stackText, stalled } from './stall-words.ts'

/** How long (in ms) after a warning of lag the next of the same worker is left out. */
const lagInterval = 10_000

/** One readable line per event. */
export function report(cluster: Cluster, log: Log): void {
  cluster.on('worker:ready', (worker, bootTime) =>
    log.info('worker:ready', `${name(worker)} is ready after ${bootTime} ms`, {
      ...of(worker),
      bootTimeMs: bootTime,
    }),
  )
  cluster.on('worker:drain', (worker, reason) =>
    log.info('worker:drain', `${name(worker)} drains: ${reason}`, { ...of(worker), reason }),
  )
  const lastLag = new Map<number, number>()
  cluster.on('worker:lag', (worker, stall) => {
    if (performance.now() - (lastLag.get(worker.pid) ?? -lagInterval) < lagInterval) return
    lastLag.set(worker.pid, performance.now())
    const line = `${name(worker)} has not turned its event loop for ${stalled(stall)}`
    log.warn('worker:lag', line, { ...of(worker), ...factsOf(stall) })
  })
  cluster.on('worker:hung', (worker, stall) =>
    log.error('worker:hung', `${name(worker)} hangs: for ${stalled(stall)}`, {
      ...of(worker),
      ...factsOf(stall),
    }),
  )
  cluster.on('worker:exit', (worker, exit) => {
    lastLag.delete(worker.pid)
    const { reason, code, signal, asTold, finished } = exit
    const facts = {
      ...of(worker),
      reason,
      code: code ?? undefined,
      signal: signal ?? undefined,
      asTold,
      finished,
    }
    const how = finished ? 'has ended by itself, and is not started again' : 'is gone'
    const isFault = finished ? code !== 0 : !asTold
    log[isFault ? 'error' : 'info']('worker:exit', `${name(worker)} ${how}: ${describe(exit)}`, facts)
  })
  cluster.on('worker:problem', (worker, problem) =>
    log.error('worker:problem', `${name(worker)}: ${problem}`, { ...of(worker), reason: problem }),
  )
  cluster.on('worker:crash', (worker, { name: kind, message, request }) =>
    log.error(
      'worker:crash',
      `${name(worker)} crashed, ${kind}: ${message}. It serves on until another worker has its place`,
      { ...of(worker), reason: `${kind}: ${message}`, ...(request !== undefined && { request }) },
    ),
  )
  cluster.on('slot:backoff', (slot, failures, delay) => {
    const loop = crashLoop(failures)
    const serving = cluster.workers.find((worker) => worker.slot === slot && worker.state === 'ready')
    const state = serving ? `${name(serving)} is not replaced yet` : `slot ${slot} is empty`
    const line = `${state}: ${loop ? `${loop}; ` : ''}the next boot is in ${delay} ms`
    log.warn('slot:backoff', line, { ...(serving && of(serving)), slot, failures, delayMs: delay })
  })
  cluster.on('reload:start', (generation) =>
    log.info('reload:start', `reload to generation ${generation} begins`, { generation }),
  )
  cluster.on('reload:done', (generation) =>
    log.info('reload:done', `reload done: every slot is on generation ${generation}`, { generation }),
  )
  cluster.on('reload:failed', (generation, error) =>
    log.error('reload:failed', error.message, { generation, code: codeOf(error) }),
  )
  cluster.on('scale', (workers, step) =>
    log.info('scale', `scale to ${workers} ${plural(workers)}${why(step)}`, {
      workers,
      from: step.from,
      reason: step.reason,
      utilization: step.utilization,
      overMs: step.over,
    }),
  )
  cluster.on('close', (reason) => log.info('close', `closing: ${reason}`, { reason }))
  cluster.ready.then(() => log.info('listening', listening(cluster), place(cluster))).catch(() => {})
}

function listening(cluster: Cluster): string {
  const workers = ready(cluster)
  if (cluster.address() === null) return `running, ${workers} ${plural(workers)}, primary pid ${process.pid}`
  const where = `${formatAddress(cluster.address())}, ${workers} ${plural(workers)}`
  return `listening on ${where}, balance: ${cluster.balance}, primary pid ${process.pid}`
}

function place(cluster: Cluster): LogFields {
  return {
    address: formatAddress(cluster.address()),
    workers: ready(cluster),
    balance: cluster.balance ?? undefined,
    primaryPid: process.pid,
  }
}

function ready(cluster: Cluster): number {
  // One that is being replaced and the one that follows it are in the same slot.
  return new Set(cluster.workers.flatMap(({ slot, state }) => (state === 'ready' ? slot : []))).size
}

function factsOf(stall: StallReport): LogFields {
  const { stalledFor, request, stack } = stall
  return {
    stalledForMs: stalledFor,
    ...(request !== undefined && { request }),
    ...(stack.length > 0 && { stack: stackText(stall) }),
  }
}

function of({ slot, pid, generation }: WorkerInfo): LogFields {
  // One that could not be forked has no pid.
  return { slot, ...(pid > 0 && { pid }), generation }
}

function name({ slot, pid, generation }: WorkerInfo): string {
  const details = [pid > 0 && `pid ${pid}`, generation > 1 && `generation ${generation}`].filter(Boolean)
  return `worker ${slot}${details.length > 0 ? ` (${details.join(', ')})` : ''}`
}

function codeOf(error: Error): string | undefined {
  const { code } = error as { code?: unknown }
  return typeof code === 'string' ? code : undefined
}

function why({ from, reason, utilization = 0, over = 0 }: ScaleStep): string {
  if (reason === 'asked') return ''
  if (reason === 'options') return ` (${from} before): as the option workers says`
  return ` (${from} before): utilization ${utilization.toFixed(2)} over ${Math.round(over / 1000)} s`
}

function plural(workers: number): string {
  return workers === 1 ? 'worker' : 'workers'
}
