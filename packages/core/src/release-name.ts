import { readFileSync } from 'node:fs'
import { ownFile } from './own-files.ts'

let known: string | undefined

/** The release of this package, such as `1.2.3`; `unknown` inside a bundle. It is the one that was there at the first call. */
export function release(): string {
  return (known ??= read())
}

function read(): string {
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
