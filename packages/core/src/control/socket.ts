import { randomBytes } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type net from 'node:net'
import path from 'node:path'
import { removeStaleSocket } from '../stale-socket.ts'
import { startListening } from '../start-listening.ts'
import { controlFolders, makePrivate } from './folder.ts'

const suffix = '.sock'

/**
 * Has the server listen on a socket of its own, in the first folder where that
 * can be done, for this user alone.
 * @returns where it listens.
 */
export async function openSocket(server: net.Server): Promise<string> {
  const reasons: Error[] = []
  for (const folder of controlFolders())
    try {
      await makePrivate(folder)
      await removeStale(folder)
      // Two containers may share the folder and have the same pids.
      const place = path.join(folder, `${process.pid}-${randomBytes(3).toString('hex')}${suffix}`)
      await startListening(server, { path: place })
      chmodSync(place, 0o600)
      return place
    } catch (error) {
      reasons.push(error as Error)
    }
  throw new Error(reasons.map(({ message }) => message).join('; '))
}

/** Every control socket in a folder, whether or not somebody still listens there. */
export async function socketsIn(folder: string): Promise<{ path: string; pid: number }[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => name.endsWith(suffix))
    .map((name) => ({ path: path.join(folder, name), pid: Number.parseInt(name, 10) }))
}

/** A primary that was killed leaves its socket behind. */
export async function removeStale(folder: string): Promise<void> {
  for (const socket of await socketsIn(folder)) if (!isAlive(socket.pid)) await removeStaleSocket(socket.path)
}

/** Whether there is such a process here; one in another container may have a pid that is none here. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}
