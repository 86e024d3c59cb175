import path from 'node:path'
import { asNamed, givenNames, workingDirectory } from '@clustered/core/control'
import { CliError } from './errors.ts'

/**
 * The working directory by the name that the shell has for it: what is
 * remembered of it leads, after a deploy, where the name leads then.
 * @throws {CliError} ERR_CLUSTERED_NO_FOLDER
 */
export function namedFolder(): string {
  const folder = workingDirectory()
  if (folder === undefined)
    throw new CliError(
      'ERR_CLUSTERED_NO_FOLDER',
      'The folder that this command is called in has been removed. Change to one that is there, and try again.',
    )
  return asNamed(folder, givenNames())
}

/** A file of this folder, by its name. */
export function named(file: string): string {
  return path.resolve(path.isAbsolute(file) ? '/' : namedFolder(), file)
}

/** The file of this command, by the name that it was called by. */
export function ownName(file: string): string {
  // Node has made it absolute with the working directory as the system knows it.
  const called = process.argv[1] && givenNames().nameOf(process.argv[1])
  return givenNames(called).nameOf(file)
}

/** A shell may stand in a release that has been removed, and its name for it leads to another one. */
export function leaveRemovedFolder(): void {
  const { PWD } = process.env
  if (workingDirectory() !== undefined || !PWD) return
  try {
    process.chdir(PWD)
  } catch {
    // It is gone by that name too. Most commands need none.
  }
}
