import {
  checkOwner,
  controlFolders,
  type ProgramStatus,
  removeStale,
  socketsIn,
} from '@clustered/core/control'
import { ControlClient } from './control-client.ts'
import { type DaemonRecord, readRecords } from './record.ts'

/** A program of this user: one that runs, a daemon that is remembered, or both. */
export interface Program {
  name: string
  status?: ProgramStatus
  client?: ControlClient
  record?: DaemonRecord
}

export interface RunningProgram extends Program {
  status: ProgramStatus
  client: ControlClient
}

export function isRunning(program: Program): program is RunningProgram {
  return program.status !== undefined
}

/** Of the user's programs, all that run and all daemons that are remembered, by name. */
export async function findPrograms(): Promise<Program[]> {
  const records = readRecords()
  const running = await findRunning(records.map(({ socket }) => socket))
  const programs: Program[] = running.map((program) => {
    const record = records.find(({ pid, name }) => pid === program.status.pid && name === program.name)
    return record ? { ...program, record } : program
  })
  for (const record of records)
    if (!programs.some((program) => program.record === record)) programs.push({ name: record.name, record })
  return programs.toSorted(
    (a, b) => a.name.localeCompare(b.name) || (a.status?.pid ?? 0) - (b.status?.pid ?? 0),
  )
}

async function findRunning(known: string[]): Promise<RunningProgram[]> {
  const sockets = new Set(known)
  for (const folder of controlFolders()) {
    if (!(await isOwn(folder))) continue
    await removeStale(folder)
    for (const { path } of await socketsIn(folder)) sockets.add(path)
  }
  const asked = await Promise.all([...sockets].map((socket) => ask(socket)))
  return asked.filter((program) => program !== undefined)
}

/** A folder of somebody else's may be a trap, and a missing one is empty. */
async function isOwn(folder: string): Promise<boolean> {
  return checkOwner(folder).then(
    () => true,
    () => false,
  )
}

async function ask(socket: string): Promise<RunningProgram | undefined> {
  const client = new ControlClient(socket)
  try {
    const status = await client.program()
    return { name: status.name, status, client }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    // It has ended, or is just ending.
    if (code === 'ENOENT' || code === 'ECONNREFUSED' || code === 'ECONNRESET') return undefined
    console.error(`warning: ${message}`)
    return undefined
  }
}
