import { createHash } from 'node:crypto'
import { stat } from 'node:fs/promises'
import net from 'node:net'
import path from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { runningClock } from './running-clock.ts'

/** How long (in ms) it is waited for others. Longer than any of them has it, unless it is stopped. */
const patience = 6000
const interval = 10

/** How many bytes the name of the lock has: all that there is room for, as Node 20 fills what is shorter with zeros. */
const lockLength = 108

/**
 * Runs what takes the name of a unix socket while no other process of this
 * machine does. To look whether somebody answers there, to remove the file and
 * to listen are three steps, and a second process that takes its own in between
 * would remove the socket on which the first one listens.
 *
 * The lock is a socket without a file, which the kernel frees with its holder.
 * Only Linux has those, and processes in several network namespaces (containers
 * that share a folder) do not see each other's: there it is run without.
 */
export async function lockName<T>(name: string, run: () => Promise<T>): Promise<T> {
  const lock = await takeLock(name)
  try {
    return await run()
  } finally {
    lock?.close()
  }
}

async function takeLock(name: string): Promise<net.Server | undefined> {
  const place = process.platform === 'linux' && !name.startsWith('\0') && (await placeOf(name))
  if (!place) return undefined
  const clock = runningClock()
  const began = clock.now()
  for (;;)
    try {
      return await tryLock(place)
    } catch (error) {
      // Anybody may have the name of the lock, and nobody shall keep this process from its start.
      const isHeld = (error as NodeJS.ErrnoException).code === 'EADDRINUSE'
      if (!isHeld || clock.now() - began > patience) return undefined
      await sleep(interval)
    }
}

function tryLock(place: string): Promise<net.Server> {
  return new Promise((resolve, reject) => {
    const server = net.createServer((socket) => socket.destroy())
    // Of a connection that could not be accepted, too: it is nobody's.
    server.on('error', reject)
    server.listen(place, () => resolve(server))
  })
}

/** The same for all paths that lead to the folder. */
async function placeOf(name: string): Promise<string | undefined> {
  try {
    const { dev, ino } = await stat(path.dirname(name), { bigint: true })
    const hash = createHash('sha256').update(`${dev}:${ino}:${path.basename(name)}`)
    return `\0clustered-${hash.digest('hex')}`.padEnd(lockLength, '-')
  } catch {
    return undefined
  }
}
