import { existsSync } from 'node:fs'
import path from 'node:path'

/**
 * Where a file of this package is that is run by itself: in a worker before
 * the program, in a thread, in a process.
 * @param name from this folder on.
 */
export function ownFile(name: string): string {
  return path.join(folder, name)
}

// A bundle in the form of an ES module has neither.
const file = typeof __filename === 'string' ? __filename : ''
const folder = typeof __dirname === 'string' ? __dirname : ''

/** Whether a bundler has put this code into a file of the program: there is no file of this package then. */
export const isBundled: boolean = path.basename(file) !== 'own-files.js' || !existsSync(file)

/** Whether this is a single executable: its own file takes the place of Node, and takes no arguments of Node's. */
export const isSingleExecutable: boolean = process.getBuiltinModule?.('node:sea')?.isSea() ?? false
