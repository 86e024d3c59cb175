import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { briefingVariable } from '../../protocol/briefing.ts'
import { receive, send } from '../../protocol/channel.ts'
import { asStallReport, asToPrimary } from '../../protocol/believe.ts'
import { readLines } from '../../protocol/lines.ts'
import { watchdogDescriptor } from '../../protocol/watchdog.ts'
import { runningClock } from '../../running-clock.ts'
import { isGiven } from './node-arguments.ts'
import type { ProcessEvents, SpawnOrder, System, WorkerProcess } from './system.ts'

const preload = fileURLToPath(new URL('../../worker/preload.js', import.meta.url))

/** The real one: `node:cluster` forks, and this process ends. */
export function nodeSystem(): System {
  return { clock: runningClock(), spawn, exit: (code) => process.exit(code) }
}

function spawn(order: SpawnOrder, events: ProcessEvents): WorkerProcess {
  const worker = fork(order)
  const child = worker.process
  // A write to a worker that has just died must not take the primary down.
  worker.on('error', () => {})
  child.on('error', (error: NodeJS.ErrnoException) => {
    // Most are of writes, the user's own included, to a worker that has just died.
    if (child.pid === undefined) {
      // Node forgets it at its exit, and there will be none.
      delete cluster.workers?.[worker.id]
      events.exit(null, null, error)
    } else if (error.syscall === 'kill') events.problem(`it cannot be killed: ${error.message}`)
  })
  // Before node:cluster's own, whose listeners are the app's, and may throw.
  child.prependOnceListener('exit', (code, signal) => events.exit(code, signal))
  const onRubbish = once(() =>
    events.problem('it sent something that is no message of Clustered, which was ignored'),
  )
  receive(child, (message, handle) => {
    const believed = asToPrimary(message, handle)
    if (believed) return events.message(believed, handle)
    handle?.close?.()
    onRubbish()
  })
  // Where no descriptor was left for them, a process has no pipes.
  const pipe = child.stdio?.[watchdogDescriptor] as Readable | null | undefined
  pipe?.on('error', () => {})
  if (pipe)
    readLines(pipe, (line) => {
      const stall = asStallReport(line)
      if (stall) events.stall(stall)
      else onRubbish()
    })
  return {
    pid: child.pid ?? 0,
    send: (message, handle) => send(child, message, handle),
    kill: () => void child.kill('SIGKILL'),
  }
}

function fork({ release, briefing, env, heapLimit }: SpawnOrder): Worker {
  cluster.setupPrimary({
    exec: release.exec,
    cwd: release.cwd,
    // Where the primary takes any free port, the next one up may not be free.
    ...(isGiven(/--inspect\S*=(\S*:)?0$/, release) && { inspectPort: 0 }),
    // The last is the watchdog's, which runs while the channel does not.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc', 'pipe'],
    args: [...release.args],
    execArgv: [...release.execArgv, ...heapArguments(heapLimit, release), '--require', preload],
  })
  return cluster.fork({ ...env, [briefingVariable]: JSON.stringify(briefing) })
}

function heapArguments(heapLimit: number | undefined, release: SpawnOrder['release']): string[] {
  if (heapLimit === undefined || isGiven(/--max[-_]old[-_]space[-_]size/, release)) return []
  return [`--max-old-space-size=${Math.floor(heapLimit / 1024 ** 2)}`]
}

function once(call: () => void): () => void {
  let called = false
  return () => {
    if (called) return
    called = true
    call()
  }
}
