import { existsSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'

/** What the runtimes of containers leave in them. */
const marks = ['/.dockerenv', '/run/.containerenv']

/** What this container is called, for whoever sees its programs from outside; `null` if this is none. */
export function containerName(): string | null {
  const isOne =
    marks.some((mark) => existsSync(mark)) ||
    process.env['KUBERNETES_SERVICE_HOST'] !== undefined ||
    /\/(docker|kubepods|libpod|lxc)\b/.test(readCgroup())
  return isOne ? hostname() : null
}

function readCgroup(): string {
  try {
    return readFileSync('/proc/self/cgroup', 'utf8')
  } catch {
    return ''
  }
}
