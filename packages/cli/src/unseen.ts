import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs'
import path from 'node:path'
import { briefingVariable, defaultName, userId } from '@clustered/core/control'

/** A primary that no control socket tells of. */
export interface Unseen {
  pid: number
  workers: number
}

/**
 * This user's primaries that may be called `name`, by what the system knows of
 * processes: each worker's environment says which primary has forked it. Linux only.
 */
export function findUnseen(name: string): Unseen[] {
  const workers = new Map<number, number>()
  for (const pid of pids()) {
    const primary = primaryOf(pid)
    if (primary !== undefined) workers.set(primary, (workers.get(primary) ?? 0) + 1)
  }
  return [...workers]
    .filter(([pid]) => namesOf(pid).includes(name))
    .map(([pid, count]) => ({ pid, workers: count }))
}

function pids(): number[] {
  try {
    return readdirSync('/proc').map(Number).filter(Boolean)
  } catch {
    return []
  }
}

function primaryOf(pid: number): number | undefined {
  try {
    if (statSync(`/proc/${pid}`).uid !== userId()) return undefined
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
    const briefing = environment.find((each) => each.startsWith(`${briefingVariable}=`))
    if (!briefing) return undefined
    const { primary } = JSON.parse(briefing.slice(briefingVariable.length + 1)) as { primary?: unknown }
    // A worker's own children have inherited its environment.
    return parentOf(pid) === primary ? primary : undefined
  } catch {
    // Gone meanwhile, or not to be looked into.
    return undefined
  }
}

function parentOf(pid: number): number {
  return Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}

/** What its command line says that it may be called. */
function namesOf(pid: number): string[] {
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean).slice(1)
    const [cwd, start] = [readlinkSync(`/proc/${pid}/cwd`), words.indexOf('start')]
    const given = words.flatMap((word, index) =>
      words[index - 1] === '--name' ? word : (/^--name=(.*)/.exec(word)?.[1] ?? []),
    )
    if (given.length > 0) return [String(pid), ...given]
    const file = start < 0 ? words.find((word) => !word.startsWith('-')) : words[start + 1]
    if (file === undefined) return [String(pid)]
    return [
      String(pid),
      path.basename(file),
      path.parse(file).name,
      defaultName(path.resolve(cwd, file), cwd),
    ]
  } catch {
    return []
  }
}
