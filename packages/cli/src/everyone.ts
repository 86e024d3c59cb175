import { lstatSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { userId } from '@clustered/core/control'
import { findPrograms, lookIn, type Program } from './programs.ts'
import { actAs, become, findUser, localUsers, meansEveryone, type User } from './users.ts'

/** A user that may have programs, and where control sockets of the user's were seen. */
export interface Owner {
  user: User
  folders: readonly string[]
}

/** The programs that this process may see: root sees everybody's. */
export async function everyonesPrograms(): Promise<Program[]> {
  const own = await findPrograms()
  if (!meansEveryone()) return own
  const others: Program[] = []
  for (const { user, folders } of otherOwners())
    others.push(...(await actAs(user, () => findPrograms(folders))))
  return [...own, ...others].toSorted((a, b) => a.name.localeCompare(b.name))
}

/** Of the users that have a program for which `fits` holds, each; none if this is not root. */
export async function ownersOf(fits: (program: Program) => boolean): Promise<Owner[]> {
  const found: Owner[] = []
  if (!meansEveryone()) return found
  for (const owner of otherOwners()) {
    const programs = await actAs(owner.user, () => findPrograms(owner.folders))
    if (programs.some((program) => fits(program))) found.push(owner)
  }
  return found
}

/** Who has control sockets, or remembers daemons. What is in their folders is looked at with their own rights only. */
function otherOwners(): Owner[] {
  const remembering = localUsers().filter(({ home }) =>
    lstatSync(path.join(home, '.local/state/clustered'), { throwIfNoEntry: false }),
  )
  const uids = new Set([
    ...socketFolders().flatMap((folder) => ownerOf(folder) ?? []),
    ...[...namesIn(tmpdir()), ...namesIn('/tmp')].flatMap(uidInName),
    ...namesIn('/run/user').flatMap((name) => (/^\d+$/.test(name) ? Number(name) : [])),
    ...remembering.map(({ uid }) => uid),
  ])
  uids.delete(userId())
  return [...uids].map((uid) => ({
    user: findUser(uid) ?? { uid, gid: uid, name: String(uid), home: '/nonexistent' },
    folders: socketFoldersOf(uid),
  }))
}

/** From here on this process is that user's, and finds the user's programs. */
export function operateFor({ user, folders }: Owner): void {
  become(user)
  lookIn(folders)
}

/** Where else than usual the user has control sockets. */
export function socketFoldersOf(uid: number): string[] {
  return socketFolders().filter((folder) => ownerOf(folder) === uid)
}

function ownerOf(folder: string): number | undefined {
  return lstatSync(folder, { throwIfNoEntry: false })?.uid
}

function uidInName(name: string): number[] {
  const [, uid] = /^clustered-(\d+)$/.exec(name) ?? []
  return uid === undefined ? [] : [Number(uid)]
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

/** A service may have a folder of its own for them, which only its sockets tell of. */
function socketFolders(): string[] {
  let text: string
  try {
    text = readFileSync('/proc/net/unix', 'utf8')
  } catch {
    return []
  }
  const sockets = text.matchAll(/ (\/.*\/clustered(?:-\d+)?)\/\d+-[\da-f]{6}\.sock$/gm)
  return [...new Set([...sockets].map(([, folder]) => folder!))]
}
