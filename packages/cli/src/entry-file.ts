import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { CliError } from './errors.ts'
import { named } from './named.ts'
import { nearest } from './nearest.ts'

const extensions = ['', '.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']

/**
 * The file that is meant: `app` may be `app.js`, as for Node itself.
 * @throws {CliError} ERR_CLUSTERED_NO_SUCH_FILE, ERR_CLUSTERED_NO_FOLDER
 */
export function entryFile(given: string): string {
  const found = findFile(given)
  if (found) return found
  const file = named(given)
  const near = nearest(path.basename(given), filesIn(path.dirname(file)))
  throw new CliError(
    'ERR_CLUSTERED_NO_SUCH_FILE',
    `There is no file ${file}, and no stopped program of that name. ` +
      (near
        ? `Is it ${path.join(path.dirname(given), near)} that you mean?`
        : 'Give the file that Node would run: clustered start app.js'),
  )
}

/** Whether `given` means a file, seen from this folder. */
export function isFileHere(given: string): boolean {
  return findFile(given) !== undefined
}

function findFile(given: string): string | undefined {
  return extensions.map((extension) => given + extension).find((file) => isFile(file))
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ?? false
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).filter((name) => extensions.includes(path.extname(name)))
  } catch {
    return []
  }
}
