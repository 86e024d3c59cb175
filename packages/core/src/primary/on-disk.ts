import { realpathSync, statSync } from 'node:fs'

/** @returns `undefined` if it is not there, or not to be looked at. */
export function realPath(name: string): string | undefined {
  try {
    return realpathSync(name)
  } catch {
    return undefined
  }
}

/** Whether it is certainly not there: under Node's permission model there is much that may not be looked at. */
export function isMissing(file: string): boolean {
  try {
    return statSync(file, { throwIfNoEntry: false }) === undefined
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOTDIR'
  }
}
