import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * What tells a process from all that have had or will have its pid: when it
 * began. `undefined` if there is no such process, or only its exit code is left.
 */
export function identityOf(pid: number): string | undefined {
  if (!Number.isSafeInteger(pid) || pid <= 0) return undefined
  return process.platform === 'linux' ? fromProc(pid) : fromPs(pid)
}

/** Whether this very process still runs. */
export function isSame(pid: number, identity: string | undefined): boolean {
  return identity !== undefined && identityOf(pid) === identity
}

/** Whether it has been stopped, as by SIGSTOP or Ctrl-Z. */
export function isStopped(pid: number): boolean {
  return process.platform === 'linux' && ['T', 't'].includes(statOf(pid)?.[0] ?? '')
}

function fromProc(pid: number): string | undefined {
  const fields = statOf(pid)
  if (!fields || fields[0] === 'Z' || fields[0] === 'X') return undefined
  // Ticks since the boot of the machine, which begin anew with the next one.
  return `${fields[startTime]}-${bootId()}`
}

/** `starttime` is field 22 of `/proc/PID/stat`, counted from 1; the first that is read here is the third. */
const startTime = 22 - 3

function statOf(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The name of the program comes before it in parentheses, and may hold any of them itself.
    return text.slice(text.lastIndexOf(')') + 2).split(' ')
  } catch {
    return undefined
  }
}

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').slice(0, 8)
  } catch {
    return ''
  }
}

function fromPs(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' })
  const [state = '', ...started] = (stdout ?? '').trim().split(/\s+/)
  return state === '' || state.startsWith('Z') ? undefined : started.join('-').replaceAll(/[^\w-]/g, '')
}
