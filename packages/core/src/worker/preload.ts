/**
 * Loaded by each worker before the app (`node --require`), so that the app's
 * very first line can already fail in an orderly way, and so that every server
 * it starts, ours or not, gets its connections from the primary.
 */
// Before all others, which it is for too.
// oxlint-disable-next-line import/no-unassigned-import
import './compile-cache.ts'
import cluster from 'node:cluster'
import { getEnvironmentData, isMainThread, setEnvironmentData } from 'node:worker_threads'
import { redirects, shareRedirects } from '../log-redirect.ts'
import { surviveLostLogs } from '../log-streams.ts'
import { isSingleExecutable } from '../own-files.ts'
import { runtime } from '../runtime.ts'
import { briefingVariable } from '../protocol/briefing.ts'
import type { WorkerBriefing } from '../protocol/messages.ts'
import { checkProtocol } from './check-protocol.ts'
import { watchStderr } from './last-line.ts'
import { Worker } from './worker.ts'

/** What a worker's threads know it by. */
const inWorker = '@clustered/core worker'

const briefing = process.env[briefingVariable]
// A worker's own children and threads inherit the --require, not the part.
if (briefing && cluster.isWorker && isMainThread) {
  delete process.env[briefingVariable]
  // The entry file, which Node itself would have taken.
  if (isSingleExecutable) process.argv.splice(2, 1)
  surviveLostLogs({ inUse: false, onStderr: watchStderr })
  setEnvironmentData(inWorker, redirects())
  const told = JSON.parse(briefing) as WorkerBriefing
  checkProtocol(told)
  const worker = new Worker(told)
  Object.assign(runtime(), { worker, lifecycle: worker.lifecycle })
} else if (cluster.isWorker && isMainThread) {
  runtime().isStray = true
} else if (!isMainThread && getEnvironmentData(inWorker) instanceof Int32Array) {
  // A logger may write from a thread of its own.
  shareRedirects(getEnvironmentData(inWorker) as Int32Array<SharedArrayBuffer>)
  surviveLostLogs({ inUse: false })
}
