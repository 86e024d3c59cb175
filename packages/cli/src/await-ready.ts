import type { ChildProcess } from 'node:child_process'
import type { Log } from '@clustered/core/control'

/** What a daemon tells the command that starts it once, before the two part. */
type DaemonMessage = 'ready'

const endSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/** How the boot of a daemon went: a signal is what this command got meanwhile, and the daemon with it. */
export type Boot = 'ready' | 'failed' | (typeof endSignals)[number]

/**
 * To be called before the daemon is started: a signal that comes at once waits
 * for `awaitReady`, and does not end this command and leave the daemon behind.
 * @returns what undoes it.
 */
export function holdEndSignals(): () => void {
  const hold = (): void => {}
  for (const signal of endSignals) process.on(signal, hold)
  return () => {
    for (const signal of endSignals) process.off(signal, hold)
  }
}

/**
 * Waits until the daemon is ready or has ended. It has a session of its own,
 * so that Ctrl-C does not reach it: until it is ready, it is passed on.
 */
export async function awaitReady(child: ChildProcess): Promise<Boot> {
  let got: Boot | undefined
  const passOn = (signal: (typeof endSignals)[number]): void => {
    got ??= signal
    child.kill('SIGTERM')
  }
  for (const signal of endSignals) process.on(signal, passOn)
  try {
    const boot = await new Promise<Boot>((resolve) => {
      child.on('message', (message: DaemonMessage) => message === 'ready' && resolve('ready'))
      child.once('error', () => resolve('failed'))
      child.once('exit', () => resolve('failed'))
    })
    // It was on its way out when it became ready.
    if (boot === 'ready' && got) await ended(child)
    return got ?? boot
  } finally {
    for (const signal of endSignals) process.off(signal, passOn)
  }
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  await new Promise((resolve) => child.once('exit', resolve))
}

/** Called in the daemon, before it boots. @returns what to call when it is ready. */
export function tellParent(log: Log): () => void {
  const end = (): void => {
    log.error('daemon', 'the command that started this daemon went away before it was ready: the daemon ends')
    process.kill(process.pid, 'SIGTERM')
  }
  // It may have gone while this process loaded.
  if (process.connected) process.once('disconnect', end)
  else end()
  return () => {
    process.off('disconnect', end)
    const message: DaemonMessage = 'ready'
    // With a callback, as a parent that is just going is no reason to die.
    if (process.connected) process.send?.(message, undefined, undefined, () => {})
  }
}
