import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import type { Duplex } from 'node:stream'
import { Throttling } from '../../cpus.ts'
import { controlFolders } from '../../control/folder.ts'
import { freeMemory } from '../../memory.ts'
import { briefingVariable, protocolVersion } from '../../protocol/briefing.ts'
import { receive, send } from '../../protocol/channel.ts'
import { asWatchdogLine, asToPrimary } from '../../protocol/believe.ts'
import { readLines } from '../../protocol/lines.ts'
import type { WorkerBriefing } from '../../protocol/messages.ts'
import { watchdogDescriptor } from '../../protocol/watchdog.ts'
import { type Clock, runningClock } from '../../running-clock.ts'
import { passOnDependencies } from '../../watcher.ts'
import { forkWorker } from '../fork-loop.ts'
import type { LogFiles } from '../logs/log-files.ts'
import type { CompileCache } from './compile-cache.ts'
import { asGiven, withoutEnvFile } from './given-environment.ts'
import { isGiven } from './node-arguments.ts'
import { relaySocketIo } from '../relay/socket-io.ts'
import { killWorker } from './kill-worker.ts'
import { withoutSocket } from './left-sockets.ts'
import { withPreload } from './preload-arguments.ts'
import { slotEnvironment, slotVariables } from './slot-environment.ts'
import type { ProcessEvents, SpawnOrder, System, WorkerProcess } from './system.ts'

/**
 * The real one: `node:cluster` forks, and this process ends.
 * @param ownProgram whether the workers run the program of this process, and so
 *   change their environment as it did. If not, what it has changed is meant for them.
 */
export function nodeSystem(ownProgram: boolean, compileCache: CompileCache, logFiles: LogFiles): System {
  const environment = ownProgram ? asGiven : withoutEnvFile
  const throttling = new Throttling()
  // Once for all, however the program changes its environment: workers are to find each other.
  const folders = controlFolders()
  const clock = runningClock()
  return {
    clock,
    spawn: (order, events) => {
      const child = fork(order, environment(), { folders, compileCache, logFiles })
      const watched = compileCache.watched(withoutSocket(order.briefing.id, folders, events))
      return spawn(child, clock, (tell) => logFiles.watched(child.process.pid ?? 0, tell, watched))
    },
    resources: { throttledTime: () => throttling.time, freeMemory: () => freeMemory() },
    exit: (code) => process.exit(code),
  }
}

function spawn(
  worker: Worker,
  clock: Clock,
  watch: (tell: WorkerProcess['send']) => ProcessEvents,
): WorkerProcess {
  const child = worker.process
  const tell: WorkerProcess['send'] = (...message) => send(child, ...message)
  const events = watch(tell)
  // A write to a worker that has just died must not take the primary down.
  worker.on('error', () => {})
  child.on('error', (error: NodeJS.ErrnoException) => {
    // Most are of writes, the user's own included, to a worker that has just died.
    if (child.pid === undefined) {
      // Node forgets it at its exit, and there will be none.
      delete cluster.workers?.[worker.id]
      events.exit(null, null, error)
    }
  })
  // Before node:cluster's own, whose listeners are the app's, and may throw.
  child.prependOnceListener('exit', (code, signal) => events.exit(code, signal))
  // Where a handle was on its way, Node never says that it has disconnected, and keeps all that it had.
  let isConnected = true
  child.once('disconnect', () => (isConnected = false))
  child.once('close', () => setImmediate(() => isConnected && child.emit('disconnect')))
  passOnDependencies(child)
  relaySocketIo(worker, clock, (problem) => events.problem(problem))
  const onRubbish = once(() =>
    events.problem('it sent something that is no message of Clustered, which was ignored'),
  )
  const onRefusal = once((problem: string) => events.problem(problem))
  receive(child, (message, handle) => {
    const believed = asToPrimary(message, handle)
    if (believed) return events.message(believed, handle)
    handle?.close?.()
    onRubbish()
  })
  // As pm2 has taught programs to say it.
  child.on('message', (message) => {
    if (message === 'ready') events.message({ type: 'ready' }, undefined)
  })
  // Where no descriptor was left for them, a process has no pipes.
  const pipe = child.stdio?.[watchdogDescriptor] as Duplex | null | undefined
  pipe?.on('error', () => {})
  if (pipe)
    readLines(pipe, (line) => {
      const stall = asWatchdogLine(line)
      if (stall) events.stall(stall)
      else onRubbish()
    })
  return {
    pid: child.pid ?? 0,
    send: tell,
    askThread: (question) => pipe?.writable && pipe.write(`${JSON.stringify(question)}\n`),
    kill() {
      const problem = killWorker(child)
      if (problem) onRefusal(problem)
    },
  }
}

/** What all workers have in common. */
interface Shared {
  folders: readonly string[]
  compileCache: CompileCache
  logFiles: LogFiles
}

/** @param changed what is otherwise for the worker than `process.env`, which node:cluster copies. */
function fork(
  { release, briefing, env, heapLimit }: SpawnOrder,
  changed: Record<string, string | undefined>,
  { folders, compileCache, logFiles }: Shared,
): Worker {
  const { pwd, execArgv, preload } = release.locate()
  cluster.setupPrimary({
    exec: release.exec,
    cwd: release.cwd,
    // Where the primary takes any free port, the next one up may not be free.
    ...(isGiven(/--inspect\S*=(\S*:)?0$/, release) && { inspectPort: 0 }),
    // The last is the watchdog's, which runs while the channel does not.
    stdio: ['inherit', ...logFiles.descriptors, 'ipc', 'pipe'],
    args: [...release.args],
    execArgv: withPreload([...execArgv, ...heapArguments(heapLimit, release)], preload),
  })
  const environment = { ...changed, ...(process.env['PWD'] && { PWD: pwd }), ...env }
  const slotNames = slotVariables(env)
  const told: WorkerBriefing = {
    ...briefing,
    primary: process.pid,
    protocol: protocolVersion,
    folders,
    compileCache: compileCache.brief(release, { ...process.env, ...environment }),
    leads: true,
    slotVariables: briefing.slot < 0 ? slotNames : undefined,
  }
  return forkWorker({
    ...environment,
    ...slotEnvironment(slotNames, briefing.slot),
    [briefingVariable]: JSON.stringify(told),
  })
}

function heapArguments(heapLimit: number | undefined, release: SpawnOrder['release']): string[] {
  if (heapLimit === undefined || isGiven(/--max[-_]old[-_]space[-_]size/, release)) return []
  return [`--max-old-space-size=${Math.floor(heapLimit / 1024 ** 2)}`]
}

function once<Arguments extends unknown[]>(call: (...args: Arguments) => void): (...args: Arguments) => void {
  let called = false
  return (...args) => {
    if (called) return
    called = true
    call(...args)
  }
}
