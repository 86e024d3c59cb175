import type * as net from 'node:net'
import { constants } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import type { GoodbyeSettings } from '../goodbye-settings.ts'
import type { ListeningServer, TransferableHandle } from '../node-internals/handles.ts'
import { waitForNextRequest } from '../node-internals/http1-connections.ts'
import { type GiveHandle, listenError } from '../node-listening.ts'
import { send } from '../protocol/channel.ts'
import { isAnsweredAtOnce } from '../protocol/hand-offs.ts'
import type { ListenRequest, Refusal, SocketName, ToPrimary, ToWorker } from '../protocol/messages.ts'
import { DrainableServer } from './drain/drainable-server.ts'
import { replay } from './given-connections.ts'
import { ListeningHandle } from './listening-handle.ts'
import { hasRoomFor, Overflow } from './overflow.ts'
import { isSecure } from './server-kind.ts'
import { socketModesOf } from './socket-modes.ts'
import { TakenConnections } from './taken-connections.ts'
import { hasChosenKeys, shareTicketKeys, watchTicketKeys } from './ticket-keys.ts'

type Message<Type> = Extract<ToWorker, { type: Type }>

export interface ServersEvents {
  /** A server waits for the primary to say where it listens. */
  asks(request: ListenRequest): void
  answered(): void
  /** A server listens for the first time: from here on it can be watched. */
  found(server: net.Server): void
  /** It has a place, and a name for it that is the same in every worker. */
  placed(server: net.Server, key: string): void
  listening(): void
  closed(): void
}

/** The servers of this worker, and where their connections come from. */
export class Servers {
  /** How connections reach this worker, from its first server on. */
  balance: 'kernel' | 'round-robin' | null = null
  readonly #events: ServersEvents
  readonly #names = new WeakMap<net.Server, string>()
  readonly #replies = new Map<
    string,
    (reply: Message<'listen-reply'>, handle: TransferableHandle | undefined) => void
  >()
  readonly #handles = new Map<string, ListeningHandle>()
  /** Those that have been given a place, by its key. */
  readonly #placed = new Map<string, ListeningServer>()
  readonly #servers = new Map<string, DrainableServer>()
  readonly #known = new WeakMap<net.Server, DrainableServer>()
  readonly #anyPorts = new Map<string, number>()
  readonly #overflow = new Overflow()
  readonly #taken = new TakenConnections((key, connections) =>
    this.#tell({ type: 'answer', key, connections, accepted: true }),
  )
  readonly #refusals = new WeakSet<Error>()
  #everListened = false

  constructor(events: ServersEvents) {
    this.#events = events
    watchTicketKeys((server) => this.#onChosenKeys(server))
  }

  /** None of them waits for connections. */
  get areClosed(): boolean {
    return this.#handles.size === 0
  }

  /** One of them listens, or has. One that was closed as soon as it listened has only tried its port. */
  get everListened(): boolean {
    return this.#everListened
  }

  /** Gives the server the name under which the primary already listens for it. */
  name(server: net.Server, key: string): void {
    this.#names.set(server, key)
  }

  /** Has the primary open the place that a server of the program asks for, or share it. */
  listen(server: ListeningServer, request: ListenRequest, give: GiveHandle): void {
    const key = this.#names.get(server) ?? this.#keyOf(request)
    const refuse = (errno: number): void => give(listenError(errno, request), null)
    if (this.#handles.has(key) || this.#replies.has(key))
      return process.nextTick(refuse, -constants.errno.EADDRINUSE)
    this.#events.asks(request)
    this.#replies.set(key, (reply, handle) => {
      this.#replies.delete(key)
      this.#events.answered()
      const { refusal, idle = false, balance = null, socketName = null, ticketKeys, loan } = reply
      if (refusal) return give(this.#refused(refusal), null)
      if (loan && !handle) {
        // No descriptor was left for it on the way.
        this.#tell({ type: 'returned', key, socket: loan.socket })
        return refuse(-constants.errno.EMFILE)
      }
      this.balance ??= balance
      this.#placed.set(key, server)
      // The app may have chosen others since.
      if (!isDeepStrictEqual(server._getServerData?.(), asked)) this.#onChosenKeys(server)
      else if (ticketKeys !== undefined) shareTicketKeys(server, ticketKeys)
      this.#keep(key, server)
      const listeningHandle = this.#makeHandle(key, server, socketName, idle)
      // Another program may have taken the port while this one booted.
      const failure = loan ? listeningHandle.borrow(loan, handle!) : 0
      if (failure !== 0) return refuse(failure)
      this.#handles.set(key, listeningHandle)
      give(null, listeningHandle)
    })
    const asked = server._getServerData?.()
    const { address, port, addressType, fd, flags } = request
    // Node has `false` where there was a callback, or nothing, in its place.
    const backlog = Number(request.backlog) || undefined
    this.#tell({
      type: 'listen',
      key,
      request: { address, port, addressType, fd, flags, backlog, ...socketModesOf(server, request) },
      secure: isSecure(server),
      ticketKeys: asked,
      chosenKeys: hasChosenKeys(server),
    })
  }

  /** The primary could not have the place, and says why. */
  isRefusal(error: unknown): boolean {
    return this.#refusals.has(error as Error) || isRefusedByNode(error)
  }

  #refused({ message, ...details }: Refusal): Error {
    const error = Object.assign(new Error(message), details)
    this.#refusals.add(error)
    return error
  }

  onReply(message: Message<'listen-reply'>, handle: TransferableHandle | undefined): void {
    this.#replies.get(message.key)?.(message, handle)
  }

  /** A sibling's app has chosen other keys. */
  onTicketKeys({ key, ticketKeys }: Message<'ticket-keys'>): void {
    const server = this.#placed.get(key)
    if (server) shareTicketKeys(server, ticketKeys)
  }

  #onChosenKeys(server: ListeningServer): void {
    for (const [key, other] of this.#placed)
      if (other === server) this.#tell({ type: 'ticket-keys', key, ticketKeys: server._getServerData?.() })
  }

  borrow({ key, loan }: Message<'lend'>, handle: TransferableHandle | undefined): void {
    const listeningHandle = this.#handles.get(key)
    if (listeningHandle && handle) return void listeningHandle.borrow(loan, handle)
    handle?.close()
    this.#tell({ type: 'returned', key, socket: loan.socket })
  }

  takeBack({ key, socket }: Message<'take-back'>): void {
    this.#handles.get(key)?.takeBack(socket)
  }

  /** How many connections each server has and keeps, by the key of its place. */
  open(): Record<string, number> {
    return Object.fromEntries([...this.#servers].map(([key, server]) => [key, server.kept.count()]))
  }

  /** Others are to serve some of the connections. */
  async give({ key, count }: Message<'give'>): Promise<void> {
    const couldGive = await this.#servers
      .get(key)
      ?.give(count, (...connection) => this.#giveAway(key, ...connection))
    // What cannot move is spread when it comes, where it is workers who accept.
    if (!couldGive && this.balance === 'kernel') await this.#handles.get(key)?.passOn(count)
    this.#tell({ type: 'gave', key })
  }

  /** Others are to have all that can move, and this worker stands still for a while. */
  async giveAll(): Promise<void> {
    await Promise.all(
      [...this.#servers].map(([key, server]) =>
        server.give(Infinity, (...connection) => this.#giveAway(key, ...connection)),
      ),
    )
  }

  takeConnection(message: Message<'connection'>, handle: TransferableHandle | undefined): void {
    const { key, connection, served, bytes } = message
    // Lost on its way: the primary, which has its own copy, will ask.
    if (!handle) return
    const listeningHandle = this.#handles.get(key)
    const accepted = hasRoomFor(handle, served) && (listeningHandle?.hasRoom() ?? false)
    // Before the app sees it: a handler that blocks must not hold up the answer.
    if (!accepted || isAnsweredAtOnce(message))
      this.#tell({ type: 'answer', key, connections: [connection], accepted })
    else this.#taken.add(key, connection)
    if (!accepted) return handle.close()
    if (served) this.#servers.get(key)?.kept.addMoved()
    if (bytes !== undefined) listeningHandle!.accept(handle, (socket) => replay(socket, bytes))
    else listeningHandle!.accept(handle, served ? waitForNextRequest : undefined)
  }

  /** The primary keeps its copies until it hears that they have been taken: a connection that is closed here is open still. */
  tellTaken(): void {
    this.#taken.flush()
  }

  /** The primary has not heard of it. */
  onHandOffCheck({ key, connection }: Message<'hand-off-check'>): void {
    this.tellTaken()
    this.#tell({ type: 'answer', key, connections: [connection], accepted: false })
  }

  /** Takes what waits in the queues of the sockets that were lent, and lets no more in. */
  async emptyQueues(): Promise<void> {
    await Promise.all([...this.#handles.values()].map((handle) => handle.emptyQueues()))
  }

  /**
   * @param timeout milliseconds until what is left is cut.
   * @param goodbye how goodbye is said on what stays open, if it is.
   * @param migrate whether others are there to adopt idle connections.
   */
  async drain(timeout: number, goodbye: GoodbyeSettings | false, migrate: boolean): Promise<void> {
    await Promise.all(
      [...this.#servers].map(([key, server]) =>
        server.drain(
          timeout,
          goodbye,
          migrate ? (...connection) => this.#giveAway(key, ...connection) : undefined,
        ),
      ),
    )
  }

  #makeHandle(key: string, server: net.Server, socketName: SocketName, idle: boolean): ListeningHandle {
    const listeningHandle = new ListeningHandle(server, socketName, {
      // A turn later: apps that look for a free port close it as soon as they listen.
      listening: () => setImmediate(() => this.#onListening(key, listeningHandle, idle)),
      closed: () => {
        if (this.#handles.get(key) === listeningHandle) {
          this.#handles.delete(key)
          this.#placed.delete(key)
        }
        this.#tell({ type: 'closed', key })
        this.#events.closed()
      },
      scarce: (connection) => this.#overflow.pass(key, connection, isSecure(server)),
      returned: (socket) => this.#tell({ type: 'returned', key, socket }),
      room: (hasRoom) => this.#tell({ type: 'room', key, hasRoom }),
      forOthers: (connection) => this.#giveAway(key, connection, false, () => connection.close()),
    })
    return listeningHandle
  }

  #onListening(key: string, handle: ListeningHandle, idle: boolean): void {
    if (idle || this.#handles.get(key) !== handle) return
    this.#everListened = true
    this.#tell({ type: 'listening', key })
    this.#events.listening()
  }

  /** Until its last connection has ended. */
  #keep(key: string, server: net.Server): void {
    this.#events.placed(server, key)
    const drainable = this.#find(server)
    this.#servers.set(key, drainable)
    server.once('close', () => {
      if (!this.#handles.has(key) && this.#servers.get(key) === drainable) this.#servers.delete(key)
    })
  }

  /** A server may be closed and listen again. */
  #find(server: net.Server): DrainableServer {
    const known = this.#known.get(server)
    if (known) return known
    const drainable = new DrainableServer(server)
    this.#known.set(server, drainable)
    this.#events.found(server)
    return drainable
  }

  /**
   * Servers that ask for the same place get the same one in every worker; the
   * n-th that asks for any free port shares with every other worker's n-th,
   * and gets another port than those before it, whether or not they are closed.
   */
  #keyOf({ address, port, addressType, fd }: ListenRequest): string {
    const place = [address, port, addressType, fd].join(':')
    if (port !== 0) return place
    const nth = (this.#anyPorts.get(place) ?? 0) + 1
    this.#anyPorts.set(place, nth)
    return `${place}#${nth}`
  }

  /** Another worker shall have it. @param given called when the copy here may be closed. */
  #giveAway(key: string, connection: TransferableHandle, served: boolean, given: () => void): void {
    send<ToPrimary>(process, { type: 'adopt', key, served }, connection, given)
  }

  /** The worker of that name shall have it, of which `bytes` have been read. */
  pass(key: string, to: string, bytes: string, connection: TransferableHandle): void {
    send<ToPrimary>(process, { type: 'pass', key, to, bytes }, connection, () => connection.close())
  }

  #tell(message: ToPrimary): void {
    send(process, message)
  }
}

/** It was asked for before this worker was prepared, by what is preloaded. */
function isRefusedByNode(error: unknown): boolean {
  const { code, syscall } = (error ?? {}) as NodeJS.ErrnoException
  return code === 'EADDRINUSE' && syscall === 'bind'
}
