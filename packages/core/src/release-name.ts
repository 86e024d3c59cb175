import { readFileSync } from 'node:fs'
import { ownFile } from './own-files.ts'

/** The release of this package, such as `1.2.3`; `unknown` inside a bundle. */
export function release(): string {
  try {
    const { name, version } = JSON.parse(readFileSync(ownFile('../package.json'), 'utf8')) as Record<
      string,
      unknown
    >
    // A bundle stands beside the package.json of something else.
    return name === '@clustered/core' ? String(version) : 'unknown'
  } catch {
    return 'unknown'
  }
}
