import { readFileSync, statSync } from 'node:fs'
import { hostname } from 'node:os'

/** What the runtimes of containers leave in them. */
const marks = ['/.dockerenv', '/run/.containerenv']

/** What this container is called, for whoever sees its programs from outside; `null` if this is none. */
export function containerName(): string | null {
  const isOne =
    marks.some(isThere) ||
    process.env['KUBERNETES_SERVICE_HOST'] !== undefined ||
    /\/(docker|kubepods|libpod|lxc)\b/.test(readCgroup())
  return isOne ? hostname() : null
}

/** Under Node's permission model, to look may be refused, and `existsSync` would throw as well. */
function isThere(file: string): boolean {
  try {
    return statSync(file) !== undefined
  } catch {
    return false
  }
}

function readCgroup(): string {
  try {
    return readFileSync('/proc/self/cgroup', 'utf8')
  } catch {
    return ''
  }
}
