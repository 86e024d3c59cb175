import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { isProgramName } from '@clustered/core/control'
import { warn } from './print.ts'
import { checkStateFolder, daemonsFolder, isOwnFile, openOwnFolder } from './state-folder.ts'
import { isActing } from './users.ts'

/** What is remembered of a program that was started with `--daemon`, until it is deleted. */
export interface DaemonRecord {
  name: string
  /** The primary's. */
  pid: number
  /** Tells the primary from a later process with its pid; not there if the system does not say. */
  identity?: string
  /** Its control socket, once it is known. */
  socket: string
  /** What `clustered start` was given. */
  argv: string[]
  /** Its working directory, as it was named. */
  cwd: string
  /** Milliseconds since the epoch. */
  startedAt: number
  /** It was told to stop, and so is not missed. */
  stopped: boolean
  /** Its log files, if they are elsewhere. */
  logs?: Partial<LogFiles>
}

export interface LogFiles {
  out: string
  err: string
}

function folderOf(name: string): string {
  return path.join(daemonsFolder(), name)
}

function recordFile(name: string): string {
  return path.join(folderOf(name), 'record.json')
}

/** @param elsewhere those of its files that are not where all are: as its record says, if it is not given. */
export function logFiles(
  name: string,
  elsewhere: Partial<LogFiles> = readRecord(name)?.logs ?? {},
): LogFiles {
  const folder = folderOf(name)
  return { out: path.join(folder, 'out.log'), err: path.join(folder, 'err.log'), ...elsewhere }
}

/** Logs and arguments may hold what is nobody else's business. */
export function makeDaemonFolder(name: string): void {
  openOwnFolder(folderOf(name))
}

export function writeRecord(record: DaemonRecord): void {
  makeDaemonFolder(record.name)
  const file = recordFile(record.name)
  // Not through what lies there already: two commands may write at once.
  const next = `${file}.${process.pid}`
  rmSync(next, { force: true })
  writeFileSync(next, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  renameSync(next, file)
}

export function readRecords(): DaemonRecord[] {
  let names: string[]
  try {
    names = readdirSync(daemonsFolder())
  } catch {
    return []
  }
  if (names.length === 0 || !mayBeRead()) return []
  return names.flatMap((name) => read(name) ?? [])
}

export function readRecord(name: string): DaemonRecord | undefined {
  return isProgramName(name) && mayBeRead() ? read(name) : undefined
}

function mayBeRead(): boolean {
  try {
    checkStateFolder()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      warn(`the daemons are not shown: ${(error as Error).message}`)
    return false
  }
}

/** What it holds will be run, and its folder deleted: it is believed as far as it can be. */
function read(name: string): DaemonRecord | undefined {
  const file = recordFile(name)
  if (!isProgramName(name) || !isOwnFile(file)) return undefined
  try {
    const record: unknown = JSON.parse(readFileSync(file, 'utf8'))
    if (isRecord(record) && record.name === name) return record
  } catch {
    // Said below.
  }
  // Root had better not follow advice about what lies in another's folder.
  const advice = isActing() ? '' : `. To forget it: rm -r ${folderOf(name)}`
  warn(`${file} is no record of a daemon${advice}`)
  return undefined
}

function isRecord(value: unknown): value is DaemonRecord {
  const { pid, socket, argv, cwd, startedAt, stopped, identity, logs } = (value ?? {}) as Record<
    string,
    unknown
  >
  return (
    Number.isSafeInteger(pid) &&
    typeof socket === 'string' &&
    Array.isArray(argv) &&
    argv.every((argument) => typeof argument === 'string') &&
    typeof cwd === 'string' &&
    typeof startedAt === 'number' &&
    typeof stopped === 'boolean' &&
    (identity === undefined || typeof identity === 'string') &&
    (logs === undefined || Object.values(logs as object).every((file) => typeof file === 'string'))
  )
}

/** Forgets how it was started, and keeps its logs. */
export function forgetStart(name: string): void {
  rmSync(recordFile(name), { force: true })
}

/** Forgets the daemon, logs and all. */
export function removeRecord(name: string): void {
  checkStateFolder()
  rmSync(folderOf(name), { recursive: true, force: true })
}
