import cluster from 'node:cluster'
import type { Log } from './log.ts'
import { runtime } from './runtime.ts'

let said = false

/**
 * To be called in a worker that Clustered has not forked. If the program's own
 * fork loop has, the first such worker says what to delete; pm2's is no leftover.
 */
export function sayWhoForked(log: Log): void {
  const { isStray } = runtime()
  const isLater = cluster.worker!.id > 1 && !isStray
  if (said || isLater || process.env['exec_mode'] === 'cluster_mode') return
  said = true
  const consequence = isStray
    ? 'serves nothing'
    : 'serves in single mode: Clustered does not replace it, and SIGHUP ends the program in place of a reload'
  log.warn(
    'program:forks',
    `the program has forked this process (pid ${process.pid}) itself, with cluster.fork(). So it ${consequence}. ` +
      "Delete the fork loop (cluster.isPrimary, cluster.fork(), cluster.on('exit', ...)), and call " +
      'clustered(app).listen() in every process',
  )
}
