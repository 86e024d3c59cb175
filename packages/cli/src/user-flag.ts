import { userId } from '@clustered/core/control'
import { CliError } from './errors.ts'
import { operateFor, socketFoldersOf } from './everyone.ts'
import { findUser } from './users.ts'

/**
 * Becomes the user that `--user` names, where it stands before `--`, or else
 * the variable CLUSTERED_USER.
 * @param prepare called before this process gives up rights: it may not be able to read its own files then.
 * @returns the arguments without it.
 * @throws {CliError} ERR_CLUSTERED_USAGE, ERR_CLUSTERED_UNKNOWN_USER, ERR_CLUSTERED_NOT_ROOT
 */
export async function takeUser(argv: readonly string[], prepare: () => Promise<unknown>): Promise<string[]> {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  const at = argv.findIndex((argument, index) => index < end && /^--user(=|$)/.test(argument))
  if (at < 0) {
    const { CLUSTERED_USER } = process.env
    if (CLUSTERED_USER) await operateAs(CLUSTERED_USER, prepare)
    return [...argv]
  }
  const joined = argv[at]!.includes('=')
  const name = joined ? argv[at]!.slice('--user='.length) : argv[at + 1]
  if (!name || (!joined && at + 1 >= end))
    throw new CliError(
      'ERR_CLUSTERED_USAGE',
      '--user needs the name of a user, as in: clustered list --user app',
    )
  await operateAs(name, prepare)
  return argv.toSpliced(at, joined ? 1 : 2)
}

async function operateAs(name: string, prepare: () => Promise<unknown>): Promise<void> {
  const user = findUser(/^\d+$/.test(name) ? Number(name) : name)
  if (!user) throw new CliError('ERR_CLUSTERED_UNKNOWN_USER', `--user ${name}: there is no such user.`)
  if (user.uid !== userId()) await prepare()
  // Its own are found as ever.
  operateFor({ user, folders: user.uid === userId() ? [] : socketFoldersOf(user.uid) })
}
