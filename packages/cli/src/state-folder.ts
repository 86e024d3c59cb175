import { homedir } from 'node:os'
import path from 'node:path'

/** What this user's daemons leave on disk: a folder for each, by name. */
export function daemonsFolder(): string {
  const given = process.env['XDG_STATE_HOME']
  const state = given && path.isAbsolute(given) ? given : path.join(homedir(), '.local', 'state')
  return path.join(state, 'clustered', 'daemons')
}
