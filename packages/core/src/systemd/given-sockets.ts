import { fstatSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { badListen, type ListenPlace } from '../listen.ts'
import type { Log } from '../log.ts'
import { openDescriptor } from '../node-internals/handles.ts'
import { coverLastStat } from '../node-internals/last-stat.ts'
import { isListeningAtPort, listeningUnixSockets } from '../proc-net.ts'
import { runtime } from '../runtime.ts'
import { GivenSocket } from './given-socket.ts'
import { matching } from './matching.ts'

/** The first descriptor that systemd passes on: see sd_listen_fds(3). */
const firstDescriptor = 3

/** The sockets that systemd has opened for this process (socket activation). */
export class GivenSockets {
  readonly #all: readonly GivenSocket[]

  constructor(all: readonly GivenSocket[]) {
    this.#all = all
  }

  /**
   * That which is meant by what a program listens at, if it is one of these.
   * @throws {ClusteredError} ERR_CLUSTERED_BAD_LISTEN for a name that none of them has.
   */
  async find(place: ListenPlace): Promise<GivenSocket | undefined> {
    const { fd } = place
    if (typeof fd === 'number') return this.#all.find((socket) => socket.fd === fd)
    if (fd === undefined) return matching(this.#all, place)
    const named = this.#all.filter(({ name }) => name === fd)
    const found = named.find(({ isTaken }) => !isTaken) ?? named[0]
    if (found) return found
    const names = this.#all.map(({ name }) => name)
    throw badListen(
      `systemd has passed on no socket named '${fd}'`,
      names.length > 0 ? `there is: ${names.join(', ')}` : 'start the program by its socket unit',
    )
  }

  /** A place that nobody listens at holds up whoever connects to it. */
  sayWhoIsLeft(log: Log): void {
    const left = this.#all.filter(({ isTaken }) => !isTaken)
    if (left.length === 0) return
    log.warn(
      'systemd',
      `nobody listens at ${left.map(String).join(', ')}, which systemd has opened for this program: ` +
        `whoever connects waits. Listen there, or by its name: listen({ fd: '${left[0]!.name}' })`,
    )
  }

  /** From here on whoever connects waits for the next process. */
  close(): void {
    for (const socket of this.#all) socket.close()
  }
}

/** Takes them, once, and their variables, which are for this process alone. */
export function takeGivenSockets(log: Log): GivenSockets {
  return (runtime().givenSockets ??= new GivenSockets(take(log)))
}

function take(log: Log): GivenSocket[] {
  const { LISTEN_FDS, LISTEN_PID, LISTEN_FDNAMES = '' } = process.env
  for (const name of ['LISTEN_FDS', 'LISTEN_PID', 'LISTEN_FDNAMES']) delete process.env[name]
  if (!LISTEN_FDS || !LISTEN_PID) return []
  if (Number(LISTEN_PID) !== process.pid) {
    log.warn(
      'systemd',
      `the sockets of systemd are not used: they are for pid ${LISTEN_PID}, which is not this process. Let the unit start node itself`,
    )
    return []
  }
  const names = LISTEN_FDNAMES.split(':')
  return Array.from({ length: Number(LISTEN_FDS) }, (_, index) => index + firstDescriptor).flatMap(
    (fd, index) => adopt(fd, names[index] || 'unknown') ?? [],
  )
}

/** @returns undefined for what no server listens at: a datagram socket, a pipe, a connection (`Accept=yes`). */
function adopt(fd: number, name: string): GivenSocket | undefined {
  const inode = inodeOf(fd)
  const unix = listeningUnixSockets().find((socket) => socket.inode === inode)
  if (!unix && !isListeningAtPort(inode)) return undefined
  const handle = openDescriptor(fd)
  if (typeof handle === 'number') return undefined
  // A name without a file is shown with an @ in place of its zero.
  if (unix) return new GivenSocket(fd, name, unix.name.replace(/^@/, '\0'), handle)
  const address = {} as AddressInfo
  handle.getsockname?.(address)
  return new GivenSocket(fd, name, address, handle)
}

function inodeOf(fd: number): string {
  try {
    return String(fstatSync(fd).ino)
  } catch {
    // Whoever has set the variables has passed on less.
    return ''
  } finally {
    coverLastStat()
  }
}
