import { closeSync, openSync } from 'node:fs'
import { constants } from 'node:os'
import { isatty } from 'node:tty'
import type { Log } from '../log.ts'
import { shareSignal, takeSignal } from '../own-signals.ts'
import { restartSignals, stopSignals } from '../signal-names.ts'
import { watcher } from '../watcher.ts'
import type { PrimaryCluster } from './primary-cluster.ts'
import { isGiven } from './process/node-arguments.ts'

/**
 * In ms. Two within this time are one: npm passes on what the terminal has
 * sent to the whole group already.
 */
const sameSignal = 100

/** In ms. nodemon sends its own once more when the workers are gone. */
const sameSignalWhileWatched = 2000

/** What each signal to the primary does: see docs/reference/signals.md. */
export function takeSignals(cluster: PrimaryCluster, log: Log): void {
  const fromTerminal = isatty(0) || isatty(1) || isatty(2)
  const isWatched = watcher() !== undefined
  const within = isWatched ? sameSignalWhileWatched : sameSignal
  let stopping: { signal: NodeJS.Signals; since: number } | undefined

  const stop = (signal: NodeJS.Signals): void => {
    const now = performance.now()
    const isSame = signal === stopping?.signal && now - stopping.since < within
    if (isSame && isWatched) return
    // With it, shutdown code says that it has ended.
    if (cluster.endShutdownCode()) return
    if (!stopping) {
      stopping = { signal, since: now }
      return cluster.stop(signal)
    }
    if (isSame) return
    log.warn('signal', `${signal} again: ending at once`)
    cluster.kill(`a second ${signal}`, 128 + constants.signals[signal])
  }
  const reload = (): void => void cluster.reload().catch(() => {})

  for (const signal of stopSignals) takeSignal(signal, stop)
  if (process.platform === 'win32') return
  if (isWatched) for (const signal of restartSignals) takeSignal(signal, stop)
  else {
    shareSignal('SIGHUP', (signal) => (fromTerminal && terminalIsGone() ? stop(signal) : reload()))
    // Unless Node itself does something at it: writes a heap snapshot, or a report.
    if (!isGiven(/--(heapsnapshot|report)-signal=SIGUSR2/, process)) shareSignal('SIGUSR2', reload)
  }
  shareSignal('SIGTTIN', () => cluster.scaleBy(+1))
  shareSignal('SIGTTOU', () => cluster.scaleBy(-1))
}

/** A terminal that closes sends SIGHUP, as does whoever wants a reload. */
function terminalIsGone(): boolean {
  try {
    closeSync(openSync('/dev/tty', 'r+'))
    return false
  } catch (error) {
    // Where no descriptor is left, nothing is known of it.
    return !['EMFILE', 'ENFILE'].includes((error as NodeJS.ErrnoException).code ?? '')
  }
}
