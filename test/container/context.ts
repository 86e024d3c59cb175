import { cpSync, existsSync, readFileSync } from 'node:fs'
import path from 'node:path'

/** Copies what Docker would be sent of a folder: all but what .dockerignore names there. */
export function copyContext(folder: string, target: string): void {
  const file = path.join(folder, '.dockerignore')
  const patterns = existsSync(file)
    ? readFileSync(file, 'utf8').split('\n').filter(Boolean).map(asPattern)
    : []
  const isIgnored = (name: string) => patterns.some((pattern) => pattern.test(name))
  cpSync(folder, target, { recursive: true, filter: (name) => !isIgnored(path.relative(folder, name)) })
}

/** Of all that such a file can have, names at the top, with stars. */
function asPattern(line: string): RegExp {
  if (!/^[\w.*-]+$/.test(line)) throw new Error(`.dockerignore: ${line} is more than is understood here.`)
  return new RegExp(`^${line.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`)
}
