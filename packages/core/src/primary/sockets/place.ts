import net from 'node:net'
import { constants } from 'node:os'
import { isDeepStrictEqual } from 'node:util'
import type { AddressInfo } from 'node:net'
import { ClusteredError } from '../../errors.ts'
import { mayShut } from '../../empty-queue.ts'
import { settles } from '../../settles.ts'
import { bindReusePort, handleOf, type TransferableHandle } from '../../node-internals/handles.ts'
import { listenError } from '../../node-listening.ts'
import type { Settings } from '../../settings.ts'
import { GivenSocket } from '../../systemd/given-socket.ts'
import type { GivenSockets } from '../../systemd/given-sockets.ts'
import type { ListenRequest, SocketName } from '../../protocol/messages.ts'
import type { Balancer } from './balancer.ts'
import type { Spot } from '../../spot.ts'
import { HandOff } from './hand-off.ts'
import { Loads } from './loads.ts'
import { LeftToSystemd } from './left-to-systemd.ts'
import { LentSockets } from './lent-sockets.ts'
import { listen, type ListenerOptions, type PlaceOptions } from './listener.ts'
import { Rebalancer } from './rebalancer.ts'
import { RoundRobin } from './round-robin.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'

/** Node's own default, which the kernel may cut (`net.core.somaxconn`). */
const defaultBacklog = 511

/** How long (in ms) a close may take: the balancers have bounds of their own. */
const longestClose = 2000

/** How long (in ms) a stop waits for what workers are about to give to others, as long as those still serve. */
const longestReturn = 1000

/** A place that the cluster listens at. Whatever happens to workers, it is open until `Places` closes it. */
export class Place {
  readonly key: string
  readonly address: AddressInfo | string
  readonly socketName: SocketName
  /** None of a unix socket. */
  readonly spot: Spot | undefined
  readonly balancer: Balancer
  readonly handOff: HandOff
  /** None where idle connections stay where they are. */
  readonly rebalancer: Rebalancer | undefined
  readonly #loads = new Loads()
  #serving: readonly WorkerHandle[] = []
  readonly #full = new Set<WorkerHandle>()
  /** What lets every worker open the TLS tickets of every other: Node's of the first, or what an app has chosen last. */
  #ticketKeys: unknown
  /** Those that have a server here. */
  readonly #sharers = new Set<WorkerHandle>()
  #onGiven = (): void => {}
  /** Its workers speak TLS, as far as they have said. */
  secure = false

  /**
   * Takes the place, or throws Node's own error (EADDRINUSE, EACCES, ...).
   * @throws {ClusteredError} ERR_CLUSTERED_BALANCE_UNAVAILABLE
   */
  static async open(
    key: string,
    options: PlaceOptions,
    settings: Settings,
    given: GivenSockets,
  ): Promise<Place> {
    const socket = await given.find(options)
    if (!socket) return new Place(key, await listen(options as ListenerOptions, settings), options, settings)
    if (socket.claim()) return new Place(key, socket, options, settings)
    const { address } = socket
    const name = typeof address === 'string' ? { address, port: -1 } : address
    throw listenError(-constants.errno.EADDRINUSE, name)
  }

  private constructor(
    key: string,
    from: net.Server | GivenSocket,
    options: PlaceOptions,
    settings: Settings,
  ) {
    this.key = key
    this.address = from instanceof GivenSocket ? from.address : from.address()!
    this.socketName = typeof this.address === 'string' ? null : { ...this.address }
    this.spot =
      typeof this.address === 'string' ? undefined : { ...this.address, ipv6Only: options.ipv6Only ?? false }
    const waiting = { queueTimeout: () => settings.queueTimeout, speaksTls: () => this.secure }
    this.handOff = new HandOff(key, this.#loads, waiting)
    this.rebalancer = settings.migrate ? new Rebalancer(key, this.#loads) : undefined
    if (from instanceof GivenSocket) {
      if (settings.balance === 'kernel') throw noKernelBalance()
      this.balancer = new LeftToSystemd(from, this.handOff, options.backlog)
      return
    }
    const bind = settings.balance === 'round-robin' ? undefined : freePort(from, options)
    if (!bind && settings.balance === 'kernel') {
      from.close()
      throw noKernelBalance()
    }
    this.balancer = bind
      ? new LentSockets(key, bind, this.handOff, { backlog: options.backlog ?? defaultBacklog, ...waiting })
      : new RoundRobin(handleOf(from), this.handOff, mayShut(options))
  }

  /** @param serving the workers that take its connections now. */
  update(serving: readonly WorkerHandle[]): void {
    this.#serving = serving
    this.#balance()
  }

  /** @returns the keys for a server of the worker. */
  shareTicketKeys(worker: WorkerHandle, keys: unknown, chosen: boolean): unknown {
    this.#sharers.add(worker)
    if (chosen) this.chooseTicketKeys(worker, keys)
    return (this.#ticketKeys ??= keys)
  }

  /** The app has chosen keys in one worker: all have them. */
  chooseTicketKeys(worker: WorkerHandle, ticketKeys: unknown): void {
    if (isDeepStrictEqual(ticketKeys, this.#ticketKeys)) return
    this.#ticketKeys = ticketKeys
    for (const other of this.#sharers)
      if (other !== worker) other.send({ type: 'ticket-keys', key: this.key, ticketKeys })
  }

  /** A worker whose server has as many connections as it may have is passed over until it has fewer. */
  onRoom(worker: WorkerHandle, hasRoom: boolean): void {
    if (hasRoom) this.#full.delete(worker)
    else this.#full.add(worker)
    this.#balance()
  }

  /** A worker gives it away. @param served whether it has brought requests there. */
  adopt(worker: WorkerHandle, connection: TransferableHandle, served: boolean): void {
    const to = this.rebalancer?.onGiven(worker, served)
    this.handOff.take(connection, served, to)
  }

  /**
   * A worker gives it to the one called `to`, together with what it has read of it.
   * It gets it back if there is no such worker: whoever has it then serves it.
   */
  pass(worker: WorkerHandle, to: string, bytes: string, connection: TransferableHandle): void {
    const owner = this.#serving.find(({ id }) => id === to) ?? worker
    this.handOff.take(connection, false, owner, bytes)
  }

  #balance(): void {
    const withRoom = this.#serving.filter((worker) => !this.#full.has(worker))
    // Better one that is slow to answer than none.
    const serving = withRoom.some(({ aside }) => !aside) ? withRoom.filter(({ aside }) => !aside) : withRoom
    this.handOff.update(serving)
    this.balancer.update(serving, this.#serving.length > 0)
    this.rebalancer?.update(this.#serving, this.#full)
  }

  onExit(worker: WorkerHandle): void {
    this.#sharers.delete(worker)
    this.#full.delete(worker)
    this.#serving = this.#serving.filter((other) => other !== worker)
    this.handOff.onExit(worker)
    this.balancer.onExit(worker)
    this.rebalancer?.onExit(worker)
    this.#loads.forget(worker)
    this.#onGiven()
  }

  /** Workers get what waits already, and what others are just giving away, ahead of an order to drain that follows. Never rejects. */
  async close(): Promise<void> {
    await settles(this.balancer.close(), longestClose)
    await settles(this.#lastGiven(), longestReturn)
    this.#serving = []
    this.handOff.close()
  }

  /** Resolves when no worker gives connections away any more: none drains already, and none has been told to give. */
  #lastGiven(): Promise<void> {
    this.rebalancer?.stop()
    return new Promise((resolve) => {
      this.#onGiven = () => {
        const drains = [...this.#sharers].some((worker) => !this.#serving.includes(worker))
        if (!drains && this.rebalancer?.isAtRest !== false) resolve()
      }
      this.#onGiven()
    })
  }

  /** A worker has given what it was told to. */
  onGave(worker: WorkerHandle): void {
    this.rebalancer?.onGave(worker)
    this.#onGiven()
  }

  /** While others go on: no worker listens here any more. What waits is refused, as is from then on all that comes. */
  async retire(): Promise<void> {
    this.update([])
    // It refuses what is handed to it from here on.
    this.handOff.close()
    await settles(this.balancer.close(), longestClose)
  }
}

/** What a worker's server asks for, in the form in which it can be listened to. */
export function toListenOptions(request: ListenRequest): PlaceOptions {
  const { address, port, addressType, fd, flags = 0, backlog, readableAll, writableAll, umask } = request
  const common = backlog ? { backlog } : {}
  if (typeof fd === 'number' && fd >= 0) return { fd, ...common }
  if (port === -1 && addressType === -1)
    return {
      path: address!,
      ...common,
      ...(readableAll && { readableAll }),
      ...(writableAll && { writableAll }),
      ...(umask !== undefined && { umask }),
    }
  // 1 is UV_TCP_IPV6ONLY.
  return { port, ...(address !== null && { host: address }), ipv6Only: (flags & 1) === 1, ...common }
}

function noKernelBalance(): ClusteredError {
  return new ClusteredError(
    'ERR_CLUSTERED_BALANCE_UNAVAILABLE',
    "balance: 'kernel' does not work here. It needs a TCP port that systemd has not opened, Linux, and Node 22.12 or " +
      `later; this is Node ${process.versions.node} on ${process.platform}. Use 'auto' or 'round-robin'.`,
  )
}

/**
 * Gives up the server's one socket for several that share its port. Listening
 * on the one first has shown that the port is free: binding with SO_REUSEPORT
 * would share it with any program of the same user.
 * @returns what binds them; or undefined, and the server as it was, where that cannot be done.
 */
function freePort(
  server: net.Server,
  options: PlaceOptions,
): (() => TransferableHandle | undefined) | undefined {
  const name = server.address()
  if (name === null || typeof name === 'string' || options.fd !== undefined || !reusePortWorks())
    return undefined
  server.close()
  return () => {
    const handle = bindReusePort(name.address, name.port, options.ipv6Only ?? false)
    return typeof handle === 'number' ? undefined : handle
  }
}

let known: boolean | undefined

/** Tried, not guessed from versions: two sockets on one port of the loopback. */
function reusePortWorks(): boolean {
  return (known ??= tryReusePort())
}

function tryReusePort(): boolean {
  const first = bindReusePort('127.0.0.1', 0, false)
  if (typeof first === 'number') return false
  const name: { port?: number } = {}
  first.getsockname?.(name)
  // Merely bound, two sockets may share a port even without the flag.
  first.listen(1)
  const second = bindReusePort('127.0.0.1', name.port ?? 0, false)
  first.close()
  if (typeof second === 'number') return false
  second.close()
  return process.platform === 'linux'
}
