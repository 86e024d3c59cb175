import { once } from 'node:events'
import type { ListenOptions, Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { watcher } from './watcher.ts'

/** How long (in ms) the run before this one may take to let go of a place, if a watcher does not wait for its end. */
const patience = 3000
const interval = 20

/** Resolves when the server listens, rejects with Node's own error if it cannot. */
export async function startListening(server: Server, options: ListenOptions): Promise<void> {
  const deadline = performance.now() + patience
  for (;;)
    try {
      return await tryListening(server, options)
    } catch (error) {
      const isInUse = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      // Who runs this process is looked up only if it matters.
      if (!isInUse || performance.now() > deadline || watcher() === undefined) throw error
      await sleep(interval)
    }
}

async function tryListening(server: Server, options: ListenOptions): Promise<void> {
  const listening = once(server, 'listening')
  // Of a descriptor, Node reads the backlog here only.
  server.listen(options, options.backlog)
  await listening
}
