import { chmod, lstat, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'

/**
 * Where control sockets are, the first choice first. A primary uses the first
 * that it can; who looks for primaries looks in each, because a service and a
 * shell of the same user need not have the same environment.
 */
export function controlFolders(): string[] {
  const runtimeFolder = process.env['XDG_RUNTIME_DIR']
  const own = path.join(tmpdir(), `clustered-${userId()}`)
  return runtimeFolder && path.isAbsolute(runtimeFolder)
    ? [path.join(runtimeFolder, 'clustered'), own]
    : [own]
}

/**
 * Makes the folder, for this user alone. A folder that is there already is
 * only trusted if it is this user's: in a shared `/tmp` anybody can make one.
 */
export async function makePrivate(folder: string): Promise<void> {
  await mkdir(folder, { mode: 0o700 }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  await checkOwner(folder)
  await chmod(folder, 0o700)
}

/** @throws if the folder is not this user's own. */
export async function checkOwner(folder: string): Promise<void> {
  const uid = userId()
  const found = await lstat(folder)
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder`)
  if (found.uid !== uid) throw new Error(`${folder} belongs to user ${found.uid} and not to ${uid}`)
}

/** Not from `os.userInfo()`, which throws for a user that has no name, as in many a container. */
function userId(): number {
  return process.getuid?.() ?? 0
}
