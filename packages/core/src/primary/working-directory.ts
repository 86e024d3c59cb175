import { statSync } from 'node:fs'
import path from 'node:path'
import { Names } from './names.ts'

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

/**
 * The names that are known in this process: of the shell's working directory,
 * of the project for npm, which has taken that name from the shell, and these files.
 */
export function givenNames(...files: (string | undefined)[]): Names {
  return new Names([process.env['PWD'], process.env['npm_package_json'], ...files])
}

/** A working directory as it was named: by the shell, in the first place. */
export function asNamed(folder: string, names: Names): string {
  const { PWD } = process.env
  try {
    if (PWD && path.isAbsolute(PWD)) {
      const pwd = path.resolve(PWD)
      const [named, real] = [statSync(pwd), statSync(folder)]
      if (named.ino === real.ino && named.dev === real.dev && pwd !== folder) return pwd
    }
  } catch {
    // Gone or never there.
  }
  return names.nameOf(folder)
}
