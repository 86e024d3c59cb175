import { lstatSync, readlinkSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { coverLastStat } from '../node-internals/last-stat.ts'

/** More symbolic links than any honest path has: Linux gives up here, too. */
const mostLinks = 40

/**
 * @throws if the folder is not this user's own, or lies where somebody else
 * (root apart) could put another in its place: in a shared `/tmp` anybody can
 * make a folder, and a primary or a command that trusts it talks to a stranger.
 */
export function checkOwner(folder: string): void {
  const found = lstatSync(folder)
  if (!found.isDirectory()) throw new Error(`${folder} is not a folder`)
  checkUser(folder, found.uid)
  checkAbove(path.resolve(folder), trustedUsers())
}

/** As `checkOwner`, and the folder may be a link, if that is this user's as well. */
export function checkOwnerOfTarget(folder: string): void {
  checkUser(folder, lstatSync(folder).uid)
  checkAbove(path.resolve(folder), trustedUsers())
  checkOwner(realpathSync(folder))
}

/** @throws if somebody else (root apart) could have put there what is in the folder. It may be root's own. */
export function checkTrusted(folder: string): void {
  checkAbove(path.join(folder, 'what is in it'), trustedUsers())
  const { mode } = lstatSync(folder)
  // Windows has no such modes.
  if (process.getuid && mode & 0o022) throw new Error(`${folder} can be written to by others than its owner`)
}

/** @throws if it is not a socket of this user's in a folder of this user's. */
export function checkSocket(socket: string): void {
  checkOwner(path.dirname(socket))
  const found = lstatSync(socket)
  coverLastStat()
  if (!found.isSocket()) throw new Error(`${socket} is not a socket`)
  checkUser(socket, found.uid)
}

/** Whether `check` finds nothing wrong with it, and it is there. */
export function passes(check: (place: string) => void, place: string): boolean {
  try {
    check(place)
    return true
  } catch {
    return false
  }
}

/** Whoever owns a folder can rename what is in it; only a sticky one such as `/tmp` keeps what others own. */
function checkAbove(place: string, trusted: ReadonlySet<number>, links = 0): void {
  for (let at = path.dirname(place); ; at = path.dirname(at)) {
    const found = lstatSync(at)
    if (!trusted.has(found.uid)) throw belongs(at, found.uid)
    if (found.isSymbolicLink()) {
      if (links >= mostLinks) throw new Error(`${at}: too many symbolic links`)
      const target = path.resolve(path.dirname(at), readlinkSync(at))
      checkAbove(path.join(target, path.basename(place)), trusted, links + 1)
    }
    if (at === path.dirname(at)) return
  }
}

/** In a user namespace root's files may have another owner; who owns `/` can do all that root can. */
function trustedUsers(): Set<number> {
  return new Set([0, userId(), lstatSync('/').uid])
}

function checkUser(place: string, uid: number): void {
  if (uid !== userId()) throw belongs(place, uid)
}

function belongs(place: string, uid: number): Error {
  return new Error(`${place} belongs to user ${uid} and not to ${userId()}`)
}

/**
 * The user that this process acts as. Not from `os.userInfo()`, which throws
 * for a user that has no name, as in many a container.
 */
export function userId(): number {
  return process.geteuid?.() ?? 0
}
