/**
 * The files of this package that are run by themselves: in a worker before the
 * program, in a thread, in a process.
 */
import { existsSync } from 'node:fs'
import path from 'node:path'

/** @param name from this folder on. */
export function ownFile(name: string): string {
  return path.join(folder, name)
}

// A bundle in the form of an ES module has no such thing.
const folder = typeof __dirname === 'string' ? __dirname : ''

/** Whether this code is inside a file of the program, by a bundler, with no other file beside it. */
export function isBundled(): boolean {
  return (
    path.basename(typeof __filename === 'string' ? __filename : '') !== 'own-files.js' ||
    !existsSync(ownFile('own-files.js'))
  )
}
