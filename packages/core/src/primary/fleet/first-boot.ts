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

export function hintAt({ code }: WorkerExit, { exec }: Release): string {
  const file = path.basename(exec)
  if (code !== 0 || !configuration.test(file)) return ''
  return `. ${file} is a configuration by its name, and no program: start the program that it speaks of`
}

/** A program that works and serves nobody looks like one that boots for long. */
export function noteSilence(worker: WorkerHandle, { bootTimeout, logger }: Settings, clock: Clock): void {
  if (bootTimeout <= noteAfter) return
  clock.after(noteAfter, () => {
    if (worker.state === 'booting' && worker.listening.size === 0)
      logger.warn(
        'boot:silent',
        `the first worker (pid ${worker.pid}) runs, and has no server that listens after ${noteAfter} ms; ` +
          `bootTimeout gives it ${bootTimeout} ms. If it is to serve nothing (a queue consumer, a script that ` +
          'waits), it is no program for a cluster: run it with node',
        { slot: worker.slot, pid: worker.pid },
      )
  })
}
