import type { AddressInfo } from 'node:net'
import type { ListenPlace } from '../../listen.ts'
import type { TransferableHandle } from '../../node-internals/handles.ts'
import type { LastWords, ToPrimary } from '../../protocol/messages.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'

type Message<Type> = Extract<ToPrimary, { type: Type }>

/**
 * What the fleet asks of those who keep the sockets. It tells them who serves,
 * and asks nothing of how connections get there.
 */
export interface Sockets {
  /** Where the cluster listens first, once it does. */
  readonly first:
    | { readonly address: AddressInfo | string; readonly balancer: { kind: 'kernel' | 'round-robin' } }
    | undefined
  /**
   * Opens what the program itself listens at: a worker without it is not ready.
   * Rejects with Node's own error (EADDRINUSE, EACCES, ...).
   */
  require(key: string, options: ListenPlace): Promise<unknown>
  /**
   * A worker's server asks to share a place; the first to ask opens it. Never rejects.
   * @param lends whether the worker takes connections as soon as it listens, if it is workers who accept them.
   */
  share(worker: WorkerHandle, message: Message<'listen'>, lends: boolean): Promise<void>
  /** A worker's server listens there no more. */
  onClosed(worker: WorkerHandle, key: string): void
  /** Every port that is open. */
  readonly ports: readonly number[]
  /** What the program itself listens at: a worker without it is not ready. */
  readonly required: ReadonlySet<string>
  /** Whether the worker listens at that place, under whatever name. */
  covers(worker: WorkerHandle, key: string): boolean
  /** Where that is, for people. */
  describe(key: string): string
  /** Why there was no place for a server, if it is of that that its worker died. */
  explain(lastWords: LastWords): string | undefined
  /**
   * Called whenever a worker starts or stops serving or listening, and is late or
   * caught up.
   * @param isAwaited whether a worker is to come that will listen there: what
   *   nobody has and nobody awaits is closed.
   */
  update(serving: readonly WorkerHandle[], isAwaited: (key: string) => boolean): void
  /** A worker gives away a connection: one between two requests (`served`), or one that it has not looked at. */
  adopt(worker: WorkerHandle, message: Message<'adopt'>, connection: TransferableHandle): void
  /** A worker gives away a connection whose next request is another one's. */
  pass(worker: WorkerHandle, message: Message<'pass'>, connection: TransferableHandle): void
  /** A worker has given what it was told to give. */
  onGave(worker: WorkerHandle, message: Message<'gave'>): void
  /** A worker says how many connections it has, and how busy it is. */
  onBeat(worker: WorkerHandle, message: Message<'beat'>): void
  onAnswer(worker: WorkerHandle, message: Message<'answer'>): void
  /** A worker's server takes connections again, or does not any more. */
  onRoom(worker: WorkerHandle, message: Message<'room'>): void
  /** The app has chosen ticket keys in a worker. */
  onTicketKeys(worker: WorkerHandle, message: Message<'ticket-keys'>): void
  /** A worker has closed its copy of a socket that was lent to it. */
  onReturned(worker: WorkerHandle, message: Message<'returned'>): void
  onExit(worker: WorkerHandle): void
  /** Hands off what waits already and stops accepting, for good; resolves soon. Never rejects. */
  close(): Promise<void>
}
