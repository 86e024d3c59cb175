import { constants } from 'node:os'
import type { Cluster } from './cluster.ts'
import { holdExit } from './held-exit.ts'
import { leastForShutdown } from './lifecycle.ts'
import { shareSignal, takeSignal } from './own-signals.ts'
import { runningClock } from './running-clock.ts'
import { runtime } from './runtime.ts'
import type { Settings } from './settings.ts'
import { ShutdownCode } from './shutdown-code.ts'
import { primarySignals, restartSignals, stopSignals } from './signal-names.ts'
import { watcher } from './watcher.ts'

/** What each signal does in single mode. Once, for every place that this process listens at. */
export function takeSignals(single: Cluster, { logger, drainTimeout }: Settings): void {
  const here = runtime()
  if (here.singles!.all.length > 1) return
  const shutdownCode = new ShutdownCode(here.lifecycle!.report)
  const isWatched = watcher() !== undefined
  const stops: readonly NodeJS.Signals[] = isWatched ? [...stopSignals, ...restartSignals] : stopSignals
  let [stopping, leaving] = [false, false]
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    logger.info('close', `closing: ${signal}`, { reason: signal })
    const clock = runningClock()
    const deadline = clock.now() + drainTimeout
    here.singles!.signal = signal
    await single.close()
    await shutdownCode.run(Math.max(leastForShutdown, deadline - clock.now()), signal)
    leaving = true
    process.exit()
  }
  const onStop = (signal: NodeJS.Signals): void => {
    // nodemon sends its own twice.
    if (stopping && isWatched) return
    // With it, shutdown code says that it has ended.
    if (shutdownCode.end()) return
    leaving = stopping
    if (stopping) process.exit(128 + constants.signals[signal])
    stopping = true
    void stop(signal)
  }
  for (const signal of stops) takeSignal(signal, onStop)
  holdExit(() => {
    if (!stopping || leaving) return false
    shutdownCode.end()
    return true
  })
  const ignore = (signal: string): void =>
    logger.warn('signal', `${signal} is ignored: single mode has no workers to replace`)
  if (process.platform !== 'win32')
    for (const signal of primarySignals) if (!stops.includes(signal)) shareSignal(signal, ignore)
}
