import { ChildProcess } from 'node:child_process'
import cluster, { type Worker } from 'node:cluster'
import { syncBuiltinESMExports } from 'node:module'
import type { Log } from '../log.ts'

/** Node's own. */
let fork: ((env: object) => Worker) | undefined

export function forkWorker(env: object): Worker {
  return Reflect.apply(fork ?? nodesFork(), cluster, [env])
}

function nodesFork(): (env: object) => Worker {
  return Reflect.get(cluster, 'fork')
}

/**
 * From now on `cluster.fork` forks nothing: a program that had a fork loop
 * before may have left it in, and it would fork for each worker that leaves
 * in a reload. What it gets is a worker that never does anything.
 */
export function answerForks(log: Log): void {
  if (fork) return
  fork = nodesFork()
  let said = Object.keys(cluster.workers ?? {}).length > 0
  if (said) log.warn('program:forks', `the program has called cluster.fork() before listen(). ${advice}`)
  cluster.fork = function refused() {
    if (!said)
      log.warn(
        'program:forks',
        `the program calls cluster.fork()${callSite(refused)}, which forks nothing here. ${advice}`,
      )
    said = true
    return idleWorker()
  }
  syncBuiltinESMExports()
}

/** To be called with the error of a `listen`: a program may start itself once per CPU, each time as a primary. */
export function explainSecondPrimary(error: NodeJS.ErrnoException, log: Log): void {
  if (error.code !== 'EADDRINUSE' || !process.connected) return
  log.warn(
    'program:forks',
    'another Node.js process has forked this one. If it forks one per CPU (a loop of child_process.fork(), or ' +
      'instances of pm2), delete that, and start one: Clustered forks the workers',
  )
}

const advice =
  'Clustered forks the workers, and replaces those that die: delete the fork loop ' +
  "(cluster.isPrimary, cluster.fork(), cluster.on('exit', ...))"

/** One whose process never starts. */
function idleWorker(): Worker {
  const { Worker } = cluster as unknown as { Worker: new (options: object) => Worker }
  const process = Object.assign(new ChildProcess(), { send: () => false, connected: false })
  return new Worker({ process, state: 'dead' })
}

/** Such as ` at /srv/app/server.js:12:5`. */
function callSite(below: () => unknown): string {
  const holder = { stack: '' }
  Error.captureStackTrace(holder, below)
  const place = /\(?([^\s()]+:\d+:\d+)\)?$/.exec(holder.stack.split('\n')[1] ?? '')?.[1]
  return place ? ` at ${place}` : ''
}
