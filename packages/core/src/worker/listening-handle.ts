import type * as net from 'node:net'
import { emptyQueues } from '../empty-queue.ts'
import type { TransferableHandle } from '../node-internals/handles.ts'
import { isFull, onConnectionEnd } from '../node-internals/max-connections.ts'
import type { Loan, SocketName } from '../protocol/messages.ts'
import { settles } from '../settles.ts'
import { hasRoomFor } from './overflow.ts'

/** For how long (in ms) connections are passed on: by then, others may have fewer. */
const passTime = 1000

/** How often (in ms) a full server is looked at: the app may have raised its `maxConnections`. */
const roomInterval = 1000

/**
 * What a worker's server holds in place of a listening socket of its own. To
 * the server it is one: `listening`, `address()`, 'listening', `maxConnections`
 * and `close()` behave. Connections come in from whatever feeds it: sockets the
 * primary has lent, and connections it hands off.
 *
 * A server that has reached its `maxConnections` takes none: it gives back what
 * it was lent, and refuses, until one of its connections has ended.
 */
export class ListeningHandle implements TransferableHandle {
  /** Set by `net.Server` when it begins to listen. */
  onconnection: TransferableHandle['onconnection']
  getsockname?: (out: object) => number
  readonly #server: net.Server
  readonly #lent = new Map<number, TransferableHandle>()
  readonly #events: ListeningHandleEvents
  /** While there is no room, and the primary has been told so. */
  #full: NodeJS.Timeout | undefined
  #watchesEnds = false
  /** So many connections are accepted for others, and what is called when they have been. */
  #passing = 0
  #onPassed = (): void => {}

  constructor(server: net.Server, socketName: SocketName, events: ListeningHandleEvents) {
    this.#server = server
    this.#events = events
    // Its absence is how `server.address()` knows a unix socket.
    if (socketName)
      this.getsockname = (out) => {
        Object.assign(out, socketName)
        return 0
      }
  }

  /** Called by `net.Server`; from here on connections may come. */
  listen(): number {
    this.#events.listening()
    this.hasRoom()
    return 0
  }

  /** Called by `net.Server#close`: nothing more is accepted. The sockets live on in the primary. */
  close(): void {
    this.#giveBack()
    this.onconnection = undefined
    if (this.#full) this.#haveRoom()
    this.#events.closed()
  }

  // The channel to the primary keeps a worker alive: see `Presence`.
  ref(): void {}
  unref(): void {}

  /** Whether a connection would be taken. */
  hasRoom(): boolean {
    if (this.onconnection === undefined) return false
    if (!this.#full && isFull(this.#server)) this.#becomeFull()
    return !this.#full
  }

  /** @param begin called with its socket, once the server has it. */
  accept(connection: TransferableHandle, begin?: (socket: net.Socket) => void): void {
    if (begin) this.#server.once('connection', begin)
    this.onconnection?.(0, connection)
    if (begin) this.#server.off('connection', begin)
    // Told at once: the next connection has no need to come here.
    this.hasRoom()
  }

  /** Accepts from a listening socket as well. @returns 0, or the system's error number. */
  borrow({ socket, backlog }: Loan, handle: TransferableHandle): number {
    // The channel keeps this process alive, once there is a reason to.
    handle.unref?.()
    handle.onconnection = (status, connection) => this.#onConnection(status, connection)
    this.#lent.set(socket, handle)
    const failure = handle.listen(backlog)
    if (failure !== 0) this.takeBack(socket)
    else if (this.onconnection) this.hasRoom()
    return failure
  }

  /** So many of the connections that come next, if they come soon, are for others to serve. */
  async passOn(count: number): Promise<void> {
    this.#passing = count
    await settles(new Promise<void>((resolve) => (this.#onPassed = resolve)), passTime)
    this.#passing = 0
  }

  /** The primary's copies are gone: what waits would be reset with these. */
  async emptyQueues(): Promise<void> {
    await emptyQueues([...this.#lent.values()], { shut: true })
  }

  takeBack(socket: number): void {
    const handle = this.#lent.get(socket)
    if (!handle) return
    handle.close()
    this.#lent.delete(socket)
    this.#events.returned(socket)
  }

  #onConnection(status: number, connection: TransferableHandle): void {
    // The server would emit 'error', and end the process of whoever has no listener, because a descriptor was missing.
    if (status !== 0) return
    if (!hasRoomFor(connection)) this.#events.scarce(connection)
    else if (this.#passing > 0) {
      if (--this.#passing === 0) this.#onPassed()
      this.#events.forOthers(connection)
    } else if (this.hasRoom()) this.accept(connection)
    else this.#events.forOthers(connection)
  }

  #becomeFull(): void {
    this.#full = setInterval(this.#lookForRoom, roomInterval).unref()
    // A socket that is merely not accepted from would keep its queue to itself.
    this.#giveBack()
    this.#events.room(false)
    if (this.#watchesEnds) return
    this.#watchesEnds = true
    onConnectionEnd(this.#server, this.#lookForRoom)
  }

  readonly #lookForRoom = (): void => {
    if (this.#full && !isFull(this.#server)) this.#haveRoom()
  }

  #haveRoom(): void {
    clearInterval(this.#full)
    this.#full = undefined
    this.#events.room(true)
  }

  #giveBack(): void {
    for (const socket of this.#lent.keys()) this.takeBack(socket)
  }
}

interface ListeningHandleEvents {
  /** Accepted when descriptors are scarce. */
  scarce(connection: TransferableHandle): void
  listening(): void
  closed(): void
  /** A socket that was lent is closed here. */
  returned(socket: number): void
  /** The server takes connections again, or does not any more. */
  room(hasRoom: boolean): void
  /** Accepted when there was no room for it, or when others have more room. */
  forOthers(connection: TransferableHandle): void
}
