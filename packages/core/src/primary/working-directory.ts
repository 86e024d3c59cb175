import { statSync } from 'node:fs'
import path from 'node:path'

/** The working directory without symlinks; `undefined` if it has been removed. */
export function workingDirectory(): string | undefined {
  try {
    return process.cwd()
  } catch {
    return undefined
  }
}

/** Where this process was before the program changed its directory: a worker does so itself. */
export const firstDirectory: string | undefined = workingDirectory()

/** A folder by the shell's name for it, which still has the symlinks in it. */
export function asTheShellSays(folder: string): string {
  const pwd = process.env['PWD']
  try {
    if (pwd && path.isAbsolute(pwd)) {
      const [named, real] = [statSync(pwd), statSync(folder)]
      if (named.ino === real.ino && named.dev === real.dev) return pwd
    }
  } catch {
    // Gone or never there.
  }
  return folder
}
