/** What is said of a program that has never come up, beyond what happened: it may be none for a cluster. */
import path from 'node:path'
import type { WorkerExit } from '../../events.ts'
import type { Clock } from '../../running-clock.ts'
import type { Settings } from '../../settings.ts'
import type { Release } from '../release.ts'
import type { WorkerHandle } from './worker-handle.ts'

/** After how long (in ms) it is said that the first worker has no server yet. */
const noteAfter = 5000

/** Such as `ecosystem.config.js`, of pm2. */
const configuration = /\.config\.[cm]?[jt]s$/

export function hintAt({ code }: WorkerExit, release: Release, settings: Settings): string {
  if (code !== 0) return ''
  if (isConfiguration(release))
    return `. ${path.basename(release.exec)} is a configuration by its name, and no program: start the program that it speaks of`
  return `. ${ifItServesNothing(settings)}`
}

/** What to do with a program that works, and is none for a cluster that serves. */
export function ifItServesNothing({ isSupervised }: Settings): string {
  const how = isSupervised
    ? 'start it with --no-listen (listen: false)'
    : 'run it by clustered start --no-listen'
  return `If it is to serve nothing (a queue consumer, a scheduler, a script): ${how}`
}

/** With what the primary ends when the first worker of another program has failed: its own code, as in plain Node. */
export function exitCodeAfter({ code }: WorkerExit, release: Release, { isSupervised }: Settings): number {
  return isSupervised && !isConfiguration(release) ? (code ?? 1) : 1
}

function isConfiguration({ exec }: Release): boolean {
  return configuration.test(path.basename(exec))
}

/** A program that works and serves nobody looks like one that boots for long. */
export function noteSilence(worker: WorkerHandle, settings: Settings, clock: Clock): void {
  const { bootTimeout, logger, listen } = settings
  if (bootTimeout <= noteAfter || !listen) return
  clock.after(noteAfter, () => {
    if (worker.state === 'booting' && worker.listening.size === 0)
      logger.warn(
        'boot:silent',
        `the first worker (pid ${worker.pid}) runs, and has no server that listens after ${noteAfter} ms; ` +
          `bootTimeout gives it ${bootTimeout} ms. ${ifItServesNothing(settings)}`,
        { slot: worker.slot, pid: worker.pid },
      )
  })
}
