/** Who listens where this process would like to. Linux tells; elsewhere nobody is found. */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import net from 'node:net'
import path from 'node:path'
import { listeningUnixSockets, listenState, socketTable } from '../../proc-net.ts'
import { shortened } from '../../shortened.ts'

/** A port, or the path of a unix socket. */
export type Where = { port: number; address: string | undefined } | { path: string }

export interface Holders {
  /** Processes that have such a socket open. */
  pids: number[]
  /** The users of sockets that no process could be found for: those of others cannot be looked into. */
  hiddenUsers: number[]
}

interface Listening {
  inode: string
  uid: number | undefined
}

export function holdersOf(where: Where): Holders {
  const sockets = 'path' in where ? listeningAtPath(where.path) : listeningAtPort(where)
  const inodes = new Set(sockets.map(({ inode }) => inode))
  const found = new Set<string>()
  const pids = inodes.size === 0 ? [] : processesWith(inodes, found)
  const hidden = sockets.filter(({ inode }) => !found.has(inode))
  return { pids, hiddenUsers: [...new Set(hidden.flatMap(({ uid }) => uid ?? []))] }
}

/** Whether this very process has the port. */
export function isHeldHere(where: Where): boolean {
  return holdersOf(where).pids.includes(process.pid)
}

function listeningAtPort({ port, address }: { port: number; address: string | undefined }): Listening[] {
  return ['tcp', 'tcp6'].flatMap((table) =>
    socketTable(table).flatMap(([, local = '', , state, , , , uid, , inode = '']) => {
      const [host = '', hexPort = ''] = local.split(':')
      const isOurs = state === listenState && Number.parseInt(hexPort, 16) === port
      return isOurs && collide(host, address) ? { inode, uid: Number(uid) } : []
    }),
  )
}

const anyAddress = /^0+$/

/** @param host as the kernel writes it: each four bytes as one number in the machine's own order. */
function collide(host: string, address: string | undefined): boolean {
  if (anyAddress.test(host) || address === undefined || ['::', '0.0.0.0'].includes(address)) return true
  // An IPv6 address may be written in many ways: more than needed are looked at.
  return net.isIPv4(address) ? host.endsWith(toHex(address)) : host.length > 8
}

function toHex(address: string): string {
  const bytes = Uint8Array.from(address.split('.').map(Number))
  const number = new Uint32Array(bytes.buffer)[0]!
  return number.toString(16).toUpperCase().padStart(8, '0')
}

function listeningAtPath(name: string): Listening[] {
  // A name that has no file is filled up with zeros by Node 20, and each of them is shown as an @.
  const isIt = (shownName: string): boolean =>
    name.startsWith('\0') ? shownName.replace(/@+$/, '') === `@${name.slice(1)}` : shownName === name
  return listeningUnixSockets().flatMap((socket) =>
    isIt(socket.name) ? { inode: socket.inode, uid: undefined } : [],
  )
}

/** @param found the inodes for which there is one, filled in here. */
function processesWith(inodes: ReadonlySet<string>, found: Set<string>): number[] {
  return list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      const open = list(`/proc/${pid}/fd`).flatMap((fd) => {
        const inode = socketInode(`/proc/${pid}/fd/${fd}`)
        return inode !== undefined && inodes.has(inode) ? inode : []
      })
      for (const inode of open) found.add(inode)
      return open.length > 0
    })
    .map(Number)
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder)
  } catch {
    // Of another user, or gone.
    return []
  }
}

function socketInode(descriptor: string): string | undefined {
  try {
    return /^socket:\[(\d+)\]$/.exec(readlinkSync(descriptor))?.[1]
  } catch {
    return undefined
  }
}

/** The longest part of a command that is shown. */
const shown = 100

/** Such as `pid 4242 (node server.js)`. */
export function describeProcess(pid: number): string {
  try {
    const [program = '', ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean)
    // Anything may stand there, and a terminal may show it.
    const command = [path.basename(program), ...args].join(' ').replaceAll(/\p{C}/gu, '?')
    return `pid ${pid} (${shortened(command, shown)})`
  } catch {
    return `pid ${pid}`
  }
}
