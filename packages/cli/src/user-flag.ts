import { userId } from '@clustered/core/control'
import { CliError } from './errors.ts'
import { operateFor, socketFoldersOf } from './everyone.ts'
import { findUser } from './users.ts'

/**
 * Becomes the user that `--user` names, where it stands before `--`, or else
 * the variable CLUSTERED_USER.
 * @returns the arguments without it.
 * @throws {CliError} ERR_CLUSTERED_USAGE, ERR_CLUSTERED_UNKNOWN_USER, ERR_CLUSTERED_NOT_ROOT
 */
export function takeUser(argv: readonly string[]): string[] {
  const end = argv.includes('--') ? argv.indexOf('--') : argv.length
  const at = argv.findIndex((argument, index) => index < end && /^--user(=|$)/.test(argument))
  if (at < 0) {
    const { CLUSTERED_USER } = process.env
    if (CLUSTERED_USER) operateAs(CLUSTERED_USER)
    return [...argv]
  }
  const joined = argv[at]!.includes('=')
  const name = joined ? argv[at]!.slice('--user='.length) : argv[at + 1]
  if (!name || (!joined && at + 1 >= end))
    throw new CliError(
      'ERR_CLUSTERED_USAGE',
      '--user needs the name of a user, as in: clustered list --user app',
    )
  operateAs(name)
  return argv.toSpliced(at, joined ? 1 : 2)
}

function operateAs(name: string): void {
  const user = findUser(/^\d+$/.test(name) ? Number(name) : name)
  if (!user) throw new CliError('ERR_CLUSTERED_UNKNOWN_USER', `--user ${name}: there is no such user.`)
  // Its own are found as ever.
  operateFor({ user, folders: user.uid === userId() ? [] : socketFoldersOf(user.uid) })
}
