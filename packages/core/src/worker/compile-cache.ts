import cluster from 'node:cluster'
import module from 'node:module'
import { isMainThread } from 'node:worker_threads'
import { briefingVariable } from '../protocol/briefing.ts'
import type { WorkerBriefing } from '../protocol/messages.ts'

/** Its types are of Node 20, which has neither. */
const { enableCompileCache, flushCompileCache } = module as {
  enableCompileCache?: (folder: string) => unknown
  flushCompileCache?: () => void
}

/** What this process loads from here on, our own files first, Node takes from the cache. */
function enable(): WorkerBriefing['compileCache'] {
  const briefing = process.env[briefingVariable]
  if (!briefing || !cluster.isWorker || !isMainThread) return undefined
  const { compileCache } = JSON.parse(briefing) as WorkerBriefing
  // It never throws, and leaves a cache alone that is in use already.
  if (compileCache) enableCompileCache?.(compileCache.folder)
  return compileCache
}

const enabled = enable()

/**
 * Writes what the cache does not have yet, for the workers that boot next: Node
 * does so at an exit, and not at all in a process that is killed. It blocks for
 * some 100 microseconds per new file, so it is for a worker that has loaded its
 * program and has no connection yet.
 */
export function flush(): void {
  if (enabled?.isWriter) flushCompileCache?.()
}
