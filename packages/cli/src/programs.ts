import path from 'node:path'
import {
  checkOwner,
  controlFolders,
  fits,
  passes,
  type ProgramStatus,
  removeStale,
  socketsIn,
} from '@clustered/core/control'
import { type Answer, ask } from './ask.ts'
import type { ControlClient } from './control-client.ts'
import { warn } from './print.ts'
import { isSame } from './process-identity.ts'
import { type DaemonRecord, readRecords } from './record.ts'
import { isOwnProcess, userName } from './users.ts'

/** The name of one that runs, does not respond, and is no daemon. */
export const nameless = '?'

/** A program of a user: one that runs, a daemon that is remembered, or both. */
export interface Program {
  name: string
  /** Whose it is. */
  user: string
  status?: ProgramStatus
  client?: ControlClient
  record?: DaemonRecord
  /** It runs, and does not answer. */
  silent?: Silent
}

export interface Silent {
  /** The primary's. */
  pid: number
  /** Where it was asked; not there if it has no control socket. */
  socket?: string
  /** A command is just starting it, and it has not opened its control socket yet. */
  starts?: boolean
}

export interface RunningProgram extends Program {
  status: ProgramStatus
  client: ControlClient
}

export function isRunning(program: Program): program is RunningProgram {
  return program.status !== undefined
}

/** The primary's pid, if there is a primary. */
export function pidOf({ status, silent }: Program): number | undefined {
  // One in a container, seen from outside, has none that means anything here.
  return status?.pid || silent?.pid
}

/** Where else to look for this user's control sockets. */
let moreFolders: readonly string[] = []

export function lookIn(folders: readonly string[]): void {
  moreFolders = folders
}

/**
 * Of the user's programs, all that run and all daemons that are remembered, by name.
 * @param folders where else to look for control sockets.
 */
export async function findPrograms(folders: readonly string[] = moreFolders): Promise<Program[]> {
  const records = readRecords()
  const unclaimed = new Set(records)
  const answers = await askAll(
    records.map(({ socket }) => socket),
    folders,
  )
  const programs = answers.flatMap((answer) => {
    const program = toProgram(answer)
    if (!program) return []
    const record = records.find((candidate) => isOf(candidate, program))
    if (!record) return program
    unclaimed.delete(record)
    return { ...program, name: record.name, record }
  })
  for (const record of unclaimed) programs.push(withoutAnswer(record))
  return programs.toSorted((a, b) => a.name.localeCompare(b.name) || (pidOf(a) ?? 0) - (pidOf(b) ?? 0))
}

function toProgram(answer: NonNullable<Answer>): Program | undefined {
  const user = userName()
  if ('status' in answer) {
    const { status, client } = answer
    if (isOwnProcess(status.pid)) return { name: status.name, user, status, client }
    if (status.container) return { name: status.name, user, status: { ...status, pid: 0 }, client }
    return notShown(user, client.socket, status.pid)
  }
  const { socket } = answer
  const pid = Number.parseInt(path.basename(socket), 10)
  return isOwnProcess(pid) ? { name: nameless, user, silent: { pid, socket } } : notShown(user, socket, pid)
}

/** Whoever is shown it may be told to kill that process. */
function notShown(user: string, socket: string, pid: number): undefined {
  warn(`not shown: ${socket} of ${user} says that its primary is pid ${pid}, which is not that user's`)
}

function isOf({ name, pid, socket, identity }: DaemonRecord, { status, silent }: Program): boolean {
  if (status) return status.pid === pid && status.name === name
  return silent!.socket === socket || (silent!.pid === pid && isSame(pid, identity))
}

/** Its socket may be gone, and it not: folders for sockets are emptied at a logout. */
function withoutAnswer(record: DaemonRecord): Program {
  const { name, pid, identity, socket } = record
  const runs = isSame(pid, identity) && isOwnProcess(pid)
  return { name, user: userName(), record, ...(runs && { silent: { pid, starts: socket === '' } }) }
}

async function askAll(known: string[], folders: readonly string[]): Promise<NonNullable<Answer>[]> {
  const sockets = new Set(known.filter((socket) => socket !== '' && fits(socket)))
  for (const folder of new Set([...controlFolders(), ...folders])) {
    // A folder of somebody else's may be a trap, and a missing one is empty.
    if (!passes(checkOwner, folder)) continue
    await removeStale(folder)
    for (const { path: socket } of await socketsIn(folder)) sockets.add(socket)
  }
  const answers = await Promise.all([...sockets].map((socket) => ask(socket)))
  return answers.filter((answer) => answer !== undefined)
}
