import type { AddressInfo, ListenOptions } from 'node:net'
import { formatAddress } from '../format-address.ts'
import type { TransferableHandle } from '../node-internals/handles.ts'

/** How long (in ms) a connection waits that came while nobody listened: the next server is awaited, or there is none. */
const patience = 5000

/**
 * As systemd has it where a unit says nothing. Whoever listens anew at a socket sets the length of its queue, for all
 * that have it.
 */
const defaultBacklog = 4096

type Taker = (connection: TransferableHandle) => void

/**
 * A listening socket that systemd has opened for this process. Its queue is systemd's: what is not accepted here, the
 * next process will find there. So nothing is accepted before somebody serves.
 */
export class GivenSocket {
  readonly fd: number
  readonly name: string
  readonly address: AddressInfo | string
  readonly #handle: TransferableHandle
  readonly #parked = new Set<TransferableHandle>()
  #taker: Taker | undefined
  #isOpen = false
  #isClosed = false
  /** Somebody listens there. */
  isTaken = false

  constructor(fd: number, name: string, address: AddressInfo | string, handle: TransferableHandle) {
    this.fd = fd
    this.name = name
    this.address = address
    this.#handle = handle
  }

  toString(): string {
    const address = formatAddress(this.address)
    return `${address.replace('\0', '@')} ('${this.name}')`
  }

  /** @returns whether nobody else had it. */
  claim(): boolean {
    if (this.isTaken || this.#isClosed) return false
    return (this.isTaken = true)
  }

  /** What a server of this process listens at, to accept by itself. */
  forServer(backlog: number = defaultBacklog): ListenOptions {
    this.isTaken = true
    return { fd: this.fd, backlog } as ListenOptions
  }

  /** Begins to accept. */
  acceptFor(taker: Taker, backlog: number = defaultBacklog): void {
    if (this.#isClosed) return
    this.#taker = taker
    for (const connection of this.#parked) taker(connection)
    this.#parked.clear()
    if (this.#isOpen) return
    this.#isOpen = true
    this.#handle.onconnection = (status, connection) => {
      if (status === 0) this.#take(connection)
    }
    this.#handle.listen(backlog)
  }

  /** Whoever listened there does not any more. A socket that has been opened goes on to accept. */
  leave(): void {
    this.#taker = undefined
    this.isTaken = false
  }

  /** What waits is left to the next process. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#handle.close()
  }

  #take(connection: TransferableHandle): void {
    if (this.#taker) return this.#taker(connection)
    this.#parked.add(connection)
    setTimeout(() => {
      if (this.#parked.delete(connection)) connection.close()
    }, patience).unref()
  }
}
