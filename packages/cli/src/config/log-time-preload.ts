/** Loaded into each worker of a program with `stampLines`. */
import cluster from 'node:cluster'
import { isMainThread } from 'node:worker_threads'
import { putTimeBefore } from './log-time.ts'

// A worker's own children inherit its arguments, and their output is for it.
if (cluster.isWorker && isMainThread)
  putTimeBefore(new URL(import.meta.url).searchParams.get('format') ?? 'YYYY-MM-DDTHH:mm:ss')
