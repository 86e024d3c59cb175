import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { daemonsFolder } from './state-folder.ts'

/** What is remembered of a program that was started with `--daemon`, until it is deleted. */
export interface DaemonRecord {
  name: string
  /** The primary's. */
  pid: number
  /** Its control socket. */
  socket: string
  /** What `clustered start` was given. */
  argv: string[]
  cwd: string
  /** Milliseconds since the epoch. */
  startedAt: number
  /** It was told to stop, and so is not missed. */
  stopped: boolean
}

export interface LogFiles {
  out: string
  err: string
}

function folderOf(name: string): string {
  return path.join(daemonsFolder(), name)
}

export function logFiles(name: string): LogFiles {
  return { out: path.join(folderOf(name), 'out.log'), err: path.join(folderOf(name), 'err.log') }
}

/** Logs and arguments may hold what is nobody else's business. */
export function makeDaemonFolder(name: string): void {
  mkdirSync(folderOf(name), { recursive: true, mode: 0o700 })
}

export function writeRecord(record: DaemonRecord): void {
  makeDaemonFolder(record.name)
  const file = path.join(folderOf(record.name), 'record.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

export function readRecords(): DaemonRecord[] {
  let names: string[]
  try {
    names = readdirSync(daemonsFolder())
  } catch {
    return []
  }
  return names.flatMap((name) => readRecord(name) ?? [])
}

export function readRecord(name: string): DaemonRecord | undefined {
  try {
    return JSON.parse(readFileSync(path.join(folderOf(name), 'record.json'), 'utf8')) as DaemonRecord
  } catch {
    return undefined
  }
}

/** Forgets the daemon, logs and all. */
export function removeRecord(name: string): void {
  rmSync(folderOf(name), { recursive: true, force: true })
}
