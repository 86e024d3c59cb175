import { execFileSync } from 'node:child_process'
import type { TestContext } from 'node:test'
import { temporaryFolder } from './temporary-folder.ts'

/** A file system of 256 KB, or `undefined` where none can be had: that takes root. */
export function smallFileSystem(t: TestContext): string | undefined {
  const folder = temporaryFolder()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder], { stdio: 'ignore' })
  } catch {
    return undefined
  }
  t.after(() => execFileSync('umount', ['--lazy', folder]))
  return folder
}
