import { unlinkSync } from 'node:fs'

/** At the end of a process: what cannot be removed stays. */
export function removeFile(name: string): void {
  try {
    unlinkSync(name)
  } catch {
    // Gone already.
  }
}
