import { chmodSync, lstatSync, mkdirSync, openSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { checkOwnerOfTarget, userId } from '@clustered/core/control'
import { CliError } from './errors.ts'

/** What the command leaves on disk for this user. */
function stateFolder(): string {
  const given = process.env['XDG_STATE_HOME']
  const state = given && path.isAbsolute(given) ? given : path.join(homedir(), '.local', 'state')
  return path.join(state, 'clustered')
}

/** A folder for each daemon, by name. */
export function daemonsFolder(): string {
  return path.join(stateFolder(), 'daemons')
}

/** A folder for each name of a daemon that is being started or deleted. */
export function locksFolder(): string {
  return path.join(stateFolder(), 'locks')
}

/** @throws if another user could have put there what is in it, or if it is not there (ENOENT). */
export function checkStateFolder(): void {
  checkOwnerOfTarget(daemonsFolder())
}

/**
 * Makes a folder in the state folder, for this user alone.
 * @throws {CliError} ERR_CLUSTERED_STATE_FOLDER
 */
export function openOwnFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    checkOwnerOfTarget(folder)
    chmodSync(folder, 0o700)
  } catch (error) {
    throw new CliError(
      'ERR_CLUSTERED_STATE_FOLDER',
      `The records of daemons cannot be kept: ${(error as Error).message}. ` +
        'Set XDG_STATE_HOME (or HOME) to a folder of the user that runs the command.',
    )
  }
}

/** Whether it is a file of this user's, and no link to one. */
export function isOwnFile(file: string): boolean {
  const found = lstatSync(file, { throwIfNoEntry: false })
  return found !== undefined && found.isFile() && found.uid === userId()
}

/**
 * Opens a file of this user's for appending, and makes it if need be. A link
 * is followed if it is this user's: logs may be kept elsewhere.
 * @throws {CliError} ERR_CLUSTERED_STATE_FOLDER
 */
function openOwnFile(file: string): number {
  checkOwnFile(file)
  return openSync(file, 'a', 0o600)
}

/** The same for a log file, which may be anywhere. */
export function openLogFile(file: string): number {
  mkdirSync(path.dirname(file), { recursive: true })
  return openOwnFile(file)
}

/** @throws {CliError} ERR_CLUSTERED_STATE_FOLDER if it is there, and another user's. */
export function checkOwnFile(file: string): void {
  const found = lstatSync(file, { throwIfNoEntry: false })
  // Such as /dev/null.
  if (!found || found.uid === userId() || found.isCharacterDevice()) return
  throw new CliError(
    'ERR_CLUSTERED_STATE_FOLDER',
    `${file} belongs to user ${found.uid} and not to ${userId()}. Remove it, and try again.`,
  )
}
