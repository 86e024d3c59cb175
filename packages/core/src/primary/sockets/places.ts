import { constants } from 'node:os'
import type { AddressInfo } from 'node:net'
import { formatAddress } from '../../format-address.ts'
import type { TransferableHandle } from '../../node-internals/handles.ts'
import { listenError } from '../../node-listening.ts'
import type { ListenPlace } from '../../listen.ts'
import type { Settings } from '../../settings.ts'
import type { GivenSockets } from '../../systemd/given-sockets.ts'
import type { LastWords, ListenRequest, Refusal, SocketName, ToPrimary } from '../../protocol/messages.ts'
import { collide, spotOf } from '../../spot.ts'
import { OwnPorts } from './own-ports.ts'
import { Place, toListenOptions } from './place.ts'
import { PortMemory } from './port-memory.ts'
import type { Sockets } from './sockets.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'

type ListenMessage = Extract<ToPrimary, { type: 'listen' }>
type RoomMessage = Extract<ToPrimary, { type: 'room' }>
type TicketKeysMessage = Extract<ToPrimary, { type: 'ticket-keys' }>
type ReturnedMessage = Extract<ToPrimary, { type: 'returned' }>
type AdoptMessage = Extract<ToPrimary, { type: 'adopt' }>
type PassMessage = Extract<ToPrimary, { type: 'pass' }>
type GaveMessage = Extract<ToPrimary, { type: 'gave' }>
type BeatMessage = Extract<ToPrimary, { type: 'beat' }>
type AnswerMessage = Extract<ToPrimary, { type: 'answer' }>

/** So many messages are remembered: they are of interest while the worker that got one dies of it. */
const mostRefused = 100

/** A port that a place of this cluster has under another name: it can be had when that closes. */
interface Shadow {
  request: ListenRequest
  of: Place
}

/**
 * Every place that the cluster listens at. What the program itself asked for
 * stays open until the last stop; any other as long as some worker listens
 * there, or one is awaited that will.
 */
export class Places implements Sockets {
  /** What systemd has opened. */
  readonly given: GivenSockets
  readonly #settings: Settings
  readonly #opening = new Map<string, Promise<Place>>()
  readonly #open: Place[] = []
  readonly required: Set<string> = new Set()
  /** Who has asked for a place, and has neither closed it since nor gone. */
  readonly #holders = new Map<string, Set<WorkerHandle>>()
  /** The app has closed its last server there, and may be awaited to come back. */
  readonly #left = new Set<string>()
  readonly #shadows = new Map<string, Shadow>()
  readonly #ports = new PortMemory()
  readonly #ownPorts: OwnPorts
  readonly #closing = new Set<Promise<void>>()
  /** Those that are closed while workers still have connections of theirs to answer for. */
  #retired: Place[] = []
  /** Places are opened one after the other: whether two collide is known when the first is open. */
  #turn: Promise<unknown> = Promise.resolve()
  readonly #refused = new Set<string>()
  #update: () => void = () => {}
  #closed = false

  constructor(settings: Settings, given: GivenSockets) {
    this.#settings = settings
    this.given = given
    this.#ownPorts = new OwnPorts(settings.logger)
  }

  /** The first that was opened. */
  get first(): Place | undefined {
    return this.#open[0]
  }

  get ports(): number[] {
    return this.#open.flatMap(({ spot }) => spot?.port ?? [])
  }

  /** That port is not for the program. @param owner what has it; undefined if nothing does any more. */
  reserve(port: number, owner: string | undefined): void {
    this.#ownPorts.reserve(port, owner)
  }

  /** Opens what the program itself listens at: a worker without it is not ready. */
  require(key: string, options: ListenPlace): Promise<Place> {
    // Every place is shared by all workers, and by nobody else.
    const shared = { ...options, exclusive: false, reusePort: false }
    this.required.add(key)
    return this.#openOnce(key, shared)
  }

  /**
   * A worker's server asks to share a place; the first to ask opens it.
   * @param lends whether the worker takes connections as soon as it listens, if it is workers who accept them.
   */
  async share(worker: WorkerHandle, message: ListenMessage, lends: boolean): Promise<void> {
    const { key, request } = message
    // Looked at before its turn comes, by which time the worker may have closed the other one.
    const refusal = this.#refusalOf(worker, key, request)
    this.#holdersOf(key).add(worker)
    const turn = this.#turn.then(() => this.#shareNow(worker, message, lends, refusal))
    this.#turn = turn.catch(() => {})
    try {
      await turn
    } catch (error) {
      this.#release(worker, key)
      const failure = isIncomplete(error) ? listenError(error.errno ?? -1, request) : (error as Error)
      const { message: words, code, errno, syscall, address, port } = failure as Error & Refusal
      if (this.#refused.size >= mostRefused) this.#refused.clear()
      this.#refused.add(words)
      worker.send({
        type: 'listen-reply',
        key,
        refusal: { message: words, code, errno, syscall, address, port },
      })
    }
  }

  async #shareNow(
    worker: WorkerHandle,
    message: ListenMessage,
    lends: boolean,
    early: Error | undefined,
  ): Promise<void> {
    const { key, secure, chosenKeys } = message
    const reply = { type: 'listen-reply', key } as const
    const request = this.#ports.recall(key, message.request)
    const refusal = early ?? this.#refusalOf(worker, key, request)
    if (refusal) throw refusal
    this.#left.delete(key)
    const blocking = this.#blocking(key, request)
    // The app has moved: a server that it has closed listens again, by the number of the port.
    if (blocking && this.#left.has(blocking.key)) this.#retire(blocking)
    else if (blocking) {
      this.#shadows.set(key, { request, of: blocking })
      return worker.send({ ...reply, socketName: nameOf(request) })
    }
    const place = await this.#openFor(key, request, message.request)
    if (!place) return worker.send({ ...reply, idle: true, socketName: nameOf(request) })
    this.#shadows.delete(key)
    place.secure ||= secure
    const ticketKeys = place.shareTicketKeys(worker, message.ticketKeys, chosenKeys)
    const { socketName, balancer } = place
    const lent = lends ? balancer.lendAtBoot?.(worker) : undefined
    const balance = balancer.kind
    worker.send({ ...reply, balance, socketName, ticketKeys, loan: lent?.loan }, lent?.handle)
  }

  /** @returns undefined if this process itself serves there, as what is preloaded into every process does. */
  async #openFor(key: string, request: ListenRequest, asked: ListenRequest): Promise<Place | undefined> {
    try {
      const place = await this.#openOnce(key, toListenOptions(request))
      this.#ports.remember(key, asked, place.address)
      return place
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error
      // The port that another worker was given is no longer free.
      if (request !== asked) return this.#openFor(key, asked, asked)
      if (this.#ownPorts.refusal(error as Error) || !this.#ownPorts.cause(error as NodeJS.ErrnoException))
        throw error
      return undefined
    }
  }

  /** As in plain Node, where the worker would be the only process: its own port is taken, that of a sibling is not. */
  #refusalOf(worker: WorkerHandle, key: string, request: ListenRequest): Error | undefined {
    const blocking = this.#blocking(key, request)
    const isOwn = blocking && this.#holders.get(blocking.key)?.has(worker)
    return isOwn ? listenError(-constants.errno.EADDRINUSE, request) : undefined
  }

  /** The place of this cluster that has the port already, under another name. */
  #blocking(key: string, request: ListenRequest): Place | undefined {
    const spot = this.#opening.has(key) ? undefined : spotOf(request)
    return spot && this.#open.find(({ spot: taken }) => taken && collide(taken, spot))
  }

  /** Whether the worker listens at that place, under whatever name. */
  covers(worker: WorkerHandle, key: string): boolean {
    if (worker.listening.has(key)) return true
    return [...this.#shadows].some(([name, { of }]) => of.key === key && worker.listening.has(name))
  }

  /** Where that is, for people. */
  describe(key: string): string {
    const place = this.#find(key)
    const shadow = this.#shadows.get(key)
    return shadow
      ? formatAddress(nameOf(shadow.request) as AddressInfo)
      : formatAddress(place?.address ?? key)
  }

  explain(lastWords: LastWords): string | undefined {
    const { message } = lastWords
    return this.#refused.has(message) ? message : this.#ownPorts.explain(lastWords)
  }

  update(serving: readonly WorkerHandle[], isAwaited: (key: string) => boolean): void {
    this.#update = () => this.update(serving, isAwaited)
    if (this.#closed) return
    for (const place of this.#open) {
      const { key } = place
      const isUsed = this.required.has(key) || this.#holders.has(key) || isAwaited(key)
      if (!isUsed) this.#retire(place)
      else place.update(serving.filter((worker) => worker.listening.has(key)))
    }
  }

  /** Nobody listens there any more. */
  #retire(place: Place): void {
    this.#open.splice(this.#open.indexOf(place), 1)
    this.#retired = [...this.#retired.filter(({ handOff }) => !handOff.isEmpty), place]
    this.#opening.delete(place.key)
    this.#left.delete(place.key)
    const closing = place.retire().finally(() => this.#closing.delete(closing))
    this.#closing.add(closing)
    for (const [key, { request, of }] of this.#shadows)
      if (of === place) {
        this.#shadows.delete(key)
        if (this.#holders.has(key)) void this.#openShadow(key, request)
      }
  }

  async #openShadow(key: string, request: ListenRequest): Promise<void> {
    try {
      await this.#openOnce(key, toListenOptions(request))
      this.#update()
    } catch (error) {
      this.#settings.logger.error('place:failed', (error as Error).message)
    }
  }

  onClosed(worker: WorkerHandle, key: string): void {
    this.#release(worker, key)
    if (!this.#holders.has(key) && !this.required.has(key)) this.#left.add(key)
  }

  adopt(worker: WorkerHandle, { key, served }: AdoptMessage, connection: TransferableHandle): void {
    const place = this.#find(key)
    if (place) place.adopt(worker, connection, served)
    else connection.close()
  }

  pass(worker: WorkerHandle, { key, to, bytes }: PassMessage, connection: TransferableHandle): void {
    const place = this.#find(key)
    if (place) place.pass(worker, to, bytes, connection)
    else connection.close()
  }

  onGave(worker: WorkerHandle, { key }: GaveMessage): void {
    this.#find(key)?.onGave(worker)
  }

  onBeat(worker: WorkerHandle, beat: BeatMessage): void {
    for (const place of this.#open)
      if (worker.listening.has(place.key)) place.rebalancer?.onBeat(worker, beat)
  }

  onRoom(worker: WorkerHandle, { key, hasRoom }: RoomMessage): void {
    this.#find(key)?.onRoom(worker, hasRoom)
  }

  onAnswer(worker: WorkerHandle, { key, connections, accepted }: AnswerMessage): void {
    for (const place of [...this.#retired, ...this.#open])
      if (place.key === key) place.handOff.onAnswer(worker, connections, accepted)
  }

  onTicketKeys(worker: WorkerHandle, { key, ticketKeys }: TicketKeysMessage): void {
    this.#find(key)?.chooseTicketKeys(worker, ticketKeys)
  }

  onReturned(worker: WorkerHandle, { key, socket }: ReturnedMessage): void {
    this.#find(key)?.balancer.onReturned?.(worker, socket)
  }

  #find(key: string): Place | undefined {
    return this.#open.find((place) => place.key === key)
  }

  onExit(worker: WorkerHandle): void {
    for (const place of [...this.#retired, ...this.#open]) place.onExit(worker)
    for (const key of this.#holders.keys()) this.#release(worker, key)
  }

  async close(): Promise<void> {
    this.#closed = true
    this.given.close()
    await Promise.all(this.#open.map((place) => place.close()))
  }

  #holdersOf(key: string): Set<WorkerHandle> {
    const holders = this.#holders.get(key) ?? new Set()
    this.#holders.set(key, holders)
    return holders
  }

  #release(worker: WorkerHandle, key: string): void {
    const holders = this.#holders.get(key)
    holders?.delete(worker)
    if (holders?.size === 0) this.#holders.delete(key)
  }

  async #openOnce(key: string, options: ListenPlace): Promise<Place> {
    const opening = this.#opening.get(key) ?? this.#openAnew(key, options)
    this.#opening.set(key, opening)
    try {
      return await opening
    } catch (error) {
      this.#opening.delete(key)
      throw error
    }
  }

  async #openAnew(key: string, options: ListenPlace): Promise<Place> {
    await Promise.all(this.#closing)
    const place = await Place.open(key, options, this.#settings, this.given).catch((error: Error) => {
      throw this.#ownPorts.refusal(error) ?? error
    })
    if (this.#closed) void place.close()
    this.#open.push(place)
    return place
  }
}

/** An error that says nothing but its number. */
function isIncomplete(error: unknown): error is NodeJS.ErrnoException {
  return (error as Error).message === ''
}

/** What a server that has no socket there is told of where it listens. */
function nameOf({ address, port }: ListenRequest): SocketName {
  const host = address ?? '::'
  return { address: host, port, family: host.includes(':') ? 'IPv6' : 'IPv4' }
}
