/**
 * The files of this package that are run by themselves: in a worker before the
 * program, in a process.
 */
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** @param name from this folder on. */
export function ownFile(name: string): string {
  return path.join(folder, name)
}

const folder = fileURLToPath(new URL('.', import.meta.url))
