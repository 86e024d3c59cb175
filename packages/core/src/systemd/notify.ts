import type { Cluster } from '../cluster.ts'
import type { Settings } from '../settings.ts'
import { type Message, Messenger } from './messenger.ts'
import { type ReloadSeen, statusLine } from './status-line.ts'

/** In ms: what systemd is told of a program whose state changes more often. */
const pause = 1000

/** In ms, beyond what a drain or a boot may take: what the processes themselves need. */
const margin = 5000

/** So often within its time: one message may be lost, or late. */
const perWatchdogTime = 3

/**
 * Tells systemd how the program is, if that wants to know (`Type=notify` or `notify-reload`, `WatchdogSec=`). The
 * variables that say so are taken out of the environment: they are for this process, and not for what it starts.
 */
export function notifySystemd(cluster: Cluster, settings: Settings): void {
  const [socket, usec, pid] = ['NOTIFY_SOCKET', 'WATCHDOG_USEC', 'WATCHDOG_PID'].map(take)
  if (!socket) return
  const { logger } = settings
  const messenger = new Messenger(socket, logger)
  tell(cluster, settings, (message) => messenger.tell(message))
  if (!usec) return
  if (pid && Number(pid) !== process.pid)
    return logger.warn(
      'systemd',
      `WatchdogSec= is not answered: it is about pid ${pid}, which is not this process. Let the unit start node itself`,
    )
  const alive = (): void => messenger.tell({ WATCHDOG: 1 })
  // Before that systemd waits for READY=1 alone.
  cluster.ready.then(
    () => setInterval(alive, Number(usec) / 1000 / perWatchdogTime).unref(),
    () => {},
  )
}

function tell(cluster: Cluster, settings: Settings, say: (message: Message) => void): void {
  let reload: ReloadSeen | undefined
  let timer: NodeJS.Timeout | undefined
  let told = ''
  let isReady = false
  /** @param isLong whether it is something for which systemd has a time limit: it is put off. */
  const status = (isLong: boolean): Message => {
    told = statusLine(cluster, reload)
    return { STATUS: told, ...(isLong && { EXTEND_TIMEOUT_USEC: longestStep(cluster, settings) * 1000 }) }
  }
  const ready = (): void => {
    if (isReady && cluster.state !== 'closing') say({ READY: 1, MAINPID: process.pid, ...status(false) })
  }
  const soon = (): void => {
    timer ??= setTimeout(() => {
      timer = undefined
      const isLong = cluster.state === 'closing' || (reload !== undefined && !reload.isOver)
      if (isLong || statusLine(cluster, reload) !== told) say(status(isLong))
    }, pause).unref()
  }
  void cluster.ready
    .then(() => (isReady = true))
    .then(ready)
    .catch(() => {})
  cluster.on('reload:start', (generation) => {
    reload = { generation, isOver: false }
    const now = process.hrtime.bigint() / 1000n
    // To one that starts, a reload is a part of that.
    if (isReady) say({ RELOADING: 1, MONOTONIC_USEC: now, ...status(true) })
  })
  cluster.on('reload:done', (generation) => {
    reload = { generation, isOver: true }
    ready()
  })
  cluster.on('reload:failed', (generation, error) => {
    reload = { generation, isOver: true, error }
    ready()
  })
  cluster.on('state', (state) => {
    if (state === 'closing') say({ STOPPING: 1, ...status(true) })
    else soon()
  })
  for (const event of ['worker:ready', 'worker:exit', 'slot:backoff', 'scale'] as const)
    cluster.on(event, soon)
}

/** In ms: until the next change is to be heard of, of a cluster that closes or reloads. */
function longestStep({ state }: Cluster, settings: Settings): number {
  const { bootTimeout, reload, shutdownDelay, drainTimeout } = settings
  const before = state === 'closing' ? shutdownDelay : bootTimeout + reload.soak
  return Math.round(before + drainTimeout + margin)
}

function take(name: string): string | undefined {
  const value = process.env[name]
  delete process.env[name]
  return value
}
