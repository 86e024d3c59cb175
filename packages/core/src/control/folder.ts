import { chmodSync, mkdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { checkOwner, userId } from './trust.ts'

/**
 * Where control sockets are, the first choice first. A primary uses the first
 * that it can; who looks for primaries looks in each, because a service and a
 * shell of the same user need not have the same environment.
 */
export function controlFolders(): string[] {
  const runtimeFolder = process.env['XDG_RUNTIME_DIR']
  const own = path.resolve(tmpdir(), `clustered-${userId()}`)
  return runtimeFolder && path.isAbsolute(runtimeFolder)
    ? [path.join(runtimeFolder, 'clustered'), own]
    : [own]
}

/**
 * Makes the folder, for this user alone. A folder that is there already is
 * only trusted if it is this user's.
 */
export function makePrivate(folder: string): void {
  try {
    mkdirSync(folder, { mode: 0o700 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
  checkOwner(folder)
  chmodSync(folder, 0o700)
}
