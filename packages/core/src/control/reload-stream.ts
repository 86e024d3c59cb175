import type { ServerResponse } from 'node:http'
import type { WorkerInfo } from '../cluster.ts'
import type { ClusteredError } from '../errors.ts'
import type { PrimaryCluster } from '../primary/primary-cluster.ts'

/** One line of the answer to a reload. The last one is an `end`. */
export type ReloadLine =
  | { event: 'reload:start'; generation: number }
  | { event: 'worker:boot'; worker: WorkerInfo }
  | { event: 'worker:ready'; worker: WorkerInfo; bootTime: number }
  | { event: 'worker:drain'; worker: WorkerInfo; reason: string }
  | { event: 'worker:exit'; worker: WorkerInfo; reason: string }
  | { event: 'end'; ok: true; generation: number; slots: number }
  | { event: 'end'; ok: false; error: ErrorInfo }

export interface ErrorInfo {
  code: string
  message: string
  /** Of the worker's own error, where one led to this. */
  stack?: string | undefined
}

/** Reloads, and tells each step on its own line. A client that leaves changes nothing. */
export async function streamReload(cluster: PrimaryCluster, response: ServerResponse): Promise<void> {
  response.writeHead(200, { 'Content-Type': 'application/x-ndjson' })
  const tell = (line: ReloadLine): void => void response.write(`${JSON.stringify(line)}\n`)
  const leave = followSteps(cluster, tell)
  response.once('close', leave)
  try {
    await cluster.reload()
    tell({ event: 'end', ok: true, generation: cluster.generation, slots: cluster.size })
  } catch (error) {
    tell({ event: 'end', ok: false, error: toErrorInfo(error as ClusteredError) })
  } finally {
    leave()
    response.end()
  }
}

/** Tells each step of workers that come and go. @returns what ends that. */
export function followSteps(cluster: PrimaryCluster, tell: (line: ReloadLine) => void): () => void {
  const listeners = {
    'reload:start': (generation: number) => tell({ event: 'reload:start', generation }),
    'worker:boot': (worker: WorkerInfo) => tell({ event: 'worker:boot', worker }),
    'worker:ready': (worker: WorkerInfo, bootTime: number) =>
      tell({ event: 'worker:ready', worker, bootTime }),
    'worker:drain': (worker: WorkerInfo, reason: string) => tell({ event: 'worker:drain', worker, reason }),
    'worker:exit': (worker: WorkerInfo, { reason }: { reason: string }) =>
      tell({ event: 'worker:exit', worker, reason }),
  }
  for (const [event, listener] of Object.entries(listeners)) cluster.on(event as 'close', listener as never)
  return () => {
    for (const [event, listener] of Object.entries(listeners))
      cluster.off(event as 'close', listener as never)
  }
}

export function toErrorInfo({ code, message, cause }: ClusteredError): ErrorInfo {
  return { code, message, ...(cause instanceof Error && { stack: cause.stack }) }
}
