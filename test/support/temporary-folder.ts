import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'

const made: string[] = []

/**
 * A new folder, which is removed at the end of this process: only then have all
 * hooks of its tests run, and a program that has not ended yet could write there.
 */
export function temporaryFolder(parent: string = tmpdir()): string {
  if (made.length === 0) process.once('exit', removeAll)
  const folder = realpathSync(mkdtempSync(path.join(parent, 'clustered-')))
  made.push(folder)
  return folder
}

function removeAll(): void {
  for (const folder of made)
    try {
      rmSync(folder, { recursive: true, force: true })
    } catch (error) {
      // It is in the way of nothing, and no fault of what was tested.
      console.error(`${folder} is left: ${(error as Error).message}`)
    }
}
