/**
 * Loaded by each worker before the app (`node --require`), so that the app's
 * very first line can already fail in an orderly way, and so that every server
 * it starts, ours or not, gets its connections from the primary.
 */
import cluster from 'node:cluster'
import { isMainThread } from 'node:worker_threads'
import { runtime } from '../runtime.ts'
import { briefingVariable } from '../protocol/briefing.ts'
import { Worker } from './worker.ts'

const briefing = process.env[briefingVariable]
// A worker's own children and threads inherit the --require, not the part.
if (briefing && cluster.isWorker && isMainThread) {
  delete process.env[briefingVariable]
  const worker = new Worker(JSON.parse(briefing))
  Object.assign(runtime(), { worker, lifecycle: worker.lifecycle })
}
