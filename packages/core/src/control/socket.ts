import { randomBytes } from 'node:crypto'
import { chmodSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import type * as net from 'node:net'
import path from 'node:path'
import { removeStaleSocket } from '../stale-socket.ts'
import { startListening } from '../start-listening.ts'
import { controlFolders, makePrivate } from './folder.ts'
import { checkSocket, passes, userId } from './trust.ts'

const suffix = '.sock'

/**
 * How many bytes a socket's path may have, `sun_path` less its final zero.
 * Node 20 cuts a longer one short without a word, and listens or connects elsewhere.
 */
const longestPath = process.platform === 'linux' ? 107 : 103

/** What a socket's name takes of it: a pid has seven digits at most. */
const nameLength = Buffer.byteLength('/1234567-abcdef') + suffix.length

/**
 * Has the server listen on a socket of its own, in the first folder where that
 * can be done, for this user alone.
 * @returns where it listens.
 * @throws with the reason for each folder, and what to do about it.
 */
export async function openSocket(server: net.Server): Promise<string> {
  const reasons: Error[] = []
  for (const folder of controlFolders())
    try {
      if (Buffer.byteLength(folder) + nameLength > longestPath)
        throw new Error(`the path of ${folder} has more than ${longestPath - nameLength} bytes`)
      makePrivate(folder)
      await removeStale(folder)
      // Two containers may share the folder and have the same pids.
      const place = path.join(folder, `${process.pid}-${randomBytes(3).toString('hex')}${suffix}`)
      await startListening(server, { path: place })
      chmodSync(place, 0o600)
      return place
    } catch (error) {
      reasons.push(error as Error)
      // Where it listens already, it cannot listen in the next folder.
      if (server.listening) server.close()
    }
  throw new Error(
    `${reasons.map(({ message }) => message).join('; ')}. ` +
      `To have one, set XDG_RUNTIME_DIR to a folder of this user's (${userId()}) with a short path, such as /run/my-app, ` +
      'and the same for the command',
  )
}

/**
 * Every control socket in a folder, whether or not somebody still listens there.
 * @param ending that of the names; others have sockets of another kind in the same folder.
 */
export async function socketsIn(
  folder: string,
  ending: string = suffix,
): Promise<{ path: string; pid: number }[]> {
  const names = await readdir(folder).catch(() => [])
  return names
    .filter((name) => name.endsWith(ending) && fits(path.join(folder, name)))
    .map((name) => ({ path: path.join(folder, name), pid: Number.parseInt(name, 10) }))
}

/** Whether a socket can have this path. */
export function fits(socket: string): boolean {
  return Buffer.byteLength(socket) <= longestPath
}

/** A primary that was killed leaves its socket behind. */
export async function removeStale(folder: string, ending?: string): Promise<void> {
  for (const socket of await socketsIn(folder, ending))
    if (!isAlive(socket.pid) && passes(checkSocket, socket.path)) await removeStaleSocket(socket.path)
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
