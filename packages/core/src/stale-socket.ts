import { randomBytes } from 'node:crypto'
import { link, lstat, rename, unlink } from 'node:fs/promises'
import net from 'node:net'

/** How long (in ms) a socket may take to say whether somebody listens there. */
const patience = 1000

/**
 * Removes the file of a unix socket that nobody answers any more, as a process
 * that was killed leaves it behind. Whatever else has that name stays: another
 * kind of file, a symlink, a socket that somebody answers or that belongs to
 * another user (root takes over anybody's).
 * @returns whether the name is free now, as far as this could see.
 */
export async function removeStaleSocket(name: string): Promise<boolean> {
  // In Linux's abstract namespace there are no files, and none that are left behind.
  if (name.startsWith('\0') || process.platform === 'win32') return false
  try {
    const found = await lstat(name)
    const uid = process.geteuid!()
    if (!found.isSocket() || (found.uid !== uid && uid !== 0) || !(await refuses(name))) return false
    return await removeExactly(name, found)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

/**
 * Another process may have taken the name since it was looked at. So the file
 * is moved aside first, and put back if it is not the one that was seen.
 */
async function removeExactly(name: string, { ino, dev }: { ino: number; dev: number }): Promise<boolean> {
  const aside = `${name}.${randomBytes(3).toString('hex')}`
  await rename(name, aside)
  const moved = await lstat(aside)
  if (moved.ino === ino && moved.dev === dev && (await refuses(aside))) {
    await unlink(aside)
    return true
  }
  try {
    // Unlike `rename`, it replaces nothing that has come since.
    await link(aside, name)
    await unlink(aside)
  } catch (error) {
    // The file of another user may not be linked.
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') await rename(aside, name)
  }
  return false
}

function refuses(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = net.connect(name)
    probe.once('connect', () => resolve(false))
    probe.once('error', (error: NodeJS.ErrnoException) => resolve(error.code === 'ECONNREFUSED'))
    // In either case: what comes later resolves nothing.
    probe.once('close', () => resolve(false))
    probe.once('connect', () => probe.destroy())
    probe.setTimeout(patience, () => probe.destroy())
  })
}
