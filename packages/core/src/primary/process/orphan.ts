import { readFileSync, readlinkSync, statSync } from 'node:fs'
import { briefingVariable } from '../../protocol/briefing.ts'

/** A process of a cluster whose primary is gone. */
export interface Orphan {
  pid: number
  /** Since the machine's start, in the kernel's ticks: with the pid it names one process for ever. */
  startedAt: number
  /** By SIGSTOP or from a terminal. */
  stopped: boolean
}

/**
 * Whether a process is an orphan that this one may end. Linux only. It is, if
 * all of this holds: it is of the same user and of the same pid namespace; its
 * environment, as it was when it began, says which primary has forked it; and
 * that primary is no more, or what has its pid now is younger than the
 * orphan. And nobody debugs it.
 */
export function asOrphan(pid: number): Orphan | undefined {
  try {
    const uid = process.geteuid?.()
    if (pid === process.pid || uid === undefined || statSync(`/proc/${pid}`).uid !== uid) return undefined
    // In another container pids mean other processes.
    if (readlinkSync(`/proc/${pid}/ns/pid`) !== readlinkSync('/proc/self/ns/pid')) return undefined
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    const { state, startedAt } = look(pid)
    const primary = primaryOf(environment)
    if (primary === undefined || state === 'Z' || isAlive(primary, startedAt)) return undefined
    return isDebugged(pid, environment) ? undefined : { pid, startedAt, stopped: state === 'T' }
  } catch {
    // Gone, or not to be looked into.
    return undefined
  }
}

/** Whether it is on its way out: the kernel has taken its memory, and will take its sockets. */
export function isEnding(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8') === ''
  } catch {
    return true
  }
}

/** Sends a signal to it, unless something else has its pid by now. */
export function signalOrphan({ pid, startedAt }: Orphan, signal: NodeJS.Signals): void {
  try {
    if (look(pid).startedAt === startedAt) process.kill(pid, signal)
  } catch {
    // Gone.
  }
}

function primaryOf(environment: readonly string[]): number | undefined {
  const briefing = environment.find((each) => each.startsWith(`${briefingVariable}=`))
  if (!briefing) return undefined
  const { primary } = JSON.parse(briefing.slice(briefingVariable.length + 1)) as { primary?: unknown }
  return Number.isInteger(primary) ? (primary as number) : undefined
}

/** Somebody may look at it, at a breakpoint. */
function isDebugged(pid: number, environment: readonly string[]): boolean {
  const traced = /^TracerPid:\s+[1-9]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  const given = [
    ...readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0'),
    ...environment.filter((each) => each.startsWith('NODE_OPTIONS=')),
  ]
  return traced || given.some((each) => each.includes('--inspect'))
}

/** Whether that pid is the process that had it before its child began. */
function isAlive(pid: number, childStartedAt: number): boolean {
  try {
    const { state, startedAt } = look(pid)
    // A zombie waits for its own parent only.
    return state !== 'Z' && state !== 'X' && startedAt <= childStartedAt
  } catch (error) {
    return !['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code!)
  }
}

function look(pid: number): { state: string; startedAt: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  // The name before it, in brackets, may have anything in it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return { state: fields[0]!, startedAt: Number(fields[19]) }
}
