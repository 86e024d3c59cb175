import { spawnSync } from 'node:child_process'
import { existsSync, lstatSync, readFileSync } from 'node:fs'
import { userId } from '@clustered/core/control'
import { CliError } from './errors.ts'

export interface User {
  uid: number
  gid: number
  /** Its number, if it has no name. */
  name: string
  home: string
}

/** @returns the user of that name or number, if there is one. */
export function findUser(user: string | number): User | undefined {
  const known = localUsers().find(({ name, uid }) => name === String(user) || uid === user)
  if (known) return known
  if (!elsewhere.has(user)) elsewhere.set(user, askDirectory(String(user)))
  return elsewhere.get(user)
}

/** Users that only a directory service knows, if anybody does: it may take its time. */
const elsewhere = new Map<string | number, User | undefined>()

function askDirectory(user: string): User | undefined {
  const { stdout } = spawnSync('getent', ['passwd', '--', user], { encoding: 'utf8', timeout: 5000 })
  return parse(stdout ?? '')[0]
}

/** Those of this machine's own file. */
export function localUsers(): User[] {
  try {
    return parse(readFileSync('/etc/passwd', 'utf8'))
  } catch {
    return []
  }
}

function parse(passwd: string): User[] {
  return passwd.split('\n').flatMap((line) => {
    const [name, , uid, gid, , home] = line.split(':')
    return name && uid && gid && home ? [{ name, uid: Number(uid), gid: Number(gid), home }] : []
  })
}

/** The user that this process acts as now. */
export function userName(): string {
  return nameOf(userId())
}

const names = new Map<number, string>()

function nameOf(uid: number): string {
  const known = names.get(uid)
  if (known !== undefined) return known
  const name = findUser(uid)?.name ?? String(uid)
  names.set(uid, name)
  return name
}

/** Root, that has not said whose programs it means: all of them. */
export function meansEveryone(): boolean {
  return !isNamed && isRoot()
}

function isRoot(): boolean {
  return process.getuid?.() === 0 && process.geteuid?.() === 0
}

let isNamed = false

let actsForAnother = false

/** Whether this process has been root, and acts as a user whom it need not trust. */
export function isActing(): boolean {
  return actsForAnother
}

/**
 * Does something as that user would, with that user's rights alone: whatever
 * lies in the user's folders can do no more to this process than to any of the
 * user's own. To be called by root, and not twice at once.
 */
export async function actAs<Result>(user: User, work: () => Promise<Result>): Promise<Result> {
  const [gid, groups, env] = [process.getegid!(), process.getgroups!(), { ...process.env }]
  actsForAnother = true
  try {
    process.setgroups!([])
    process.setegid!(user.gid)
    process.seteuid!(user.uid)
    liveAs(user)
    return await work()
  } finally {
    process.seteuid!(0)
    process.setegid!(gid)
    process.setgroups!(groups)
    actsForAnother = false
    for (const name of variables) {
      if (env[name] === undefined) delete process.env[name]
      else process.env[name] = env[name]
    }
  }
}

/**
 * From here on this process is that user's: what it starts is so, too.
 * @throws {CliError} ERR_CLUSTERED_NOT_ROOT
 */
export function become(user: User): void {
  isNamed = true
  if (user.uid === userId()) return
  if (!isRoot())
    throw new CliError(
      'ERR_CLUSTERED_NOT_ROOT',
      `--user ${user.name}: only root may operate the programs of others, and this is ${userName()}. Try: sudo clustered ...`,
    )
  setGroups(user)
  process.setgid!(user.gid)
  process.setuid!(user.uid)
  actsForAnother = true
  liveAs(user)
}

function setGroups({ name, gid }: User): void {
  try {
    ;(process as typeof process & { initgroups(user: string, group: number): void }).initgroups(name, gid)
  } catch {
    // One without a name is in no other group.
    process.setgroups!([])
  }
}

const variables = ['HOME', 'USER', 'LOGNAME', 'XDG_RUNTIME_DIR', 'XDG_STATE_HOME', 'TMPDIR']

/** Root's own folders are not that user's. */
function liveAs({ name, home, uid }: User): void {
  for (const variable of variables) delete process.env[variable]
  Object.assign(process.env, { HOME: home, USER: name, LOGNAME: name })
  const folder = `/run/user/${uid}`
  if (existsSync(folder)) process.env['XDG_RUNTIME_DIR'] = folder
}

/** Whether there is such a process, and it is of the user that this process acts as. */
export function isOwnProcess(pid: number): boolean {
  // What root itself remembers may since have dropped its privileges.
  if (!actsForAnother || process.platform !== 'linux') return true
  return lstatSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid === userId()
}
