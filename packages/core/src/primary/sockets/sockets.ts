import type { AddressInfo, ListenOptions } from 'node:net'
import type { TransferableHandle } from '../../node-internals.ts'
import type { ToPrimary } from '../../protocol/messages.ts'
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
  require(key: string, options: ListenOptions): Promise<unknown>
  /** A worker's server asks to share a place; the first to ask opens it. Never rejects. */
  share(worker: WorkerHandle, message: Message<'listen'>): Promise<void>
  /** Whether the worker has every server that the program has asked for. */
  isComplete(worker: WorkerHandle): boolean
  /** Called whenever a worker starts or stops serving, is late or caught up, and at another number of slots. */
  update(serving: readonly WorkerHandle[], slots: number): void
  /** A draining worker gives away a connection that is between two requests. */
  adopt(key: string, connection: TransferableHandle): void
  onAnswer(worker: WorkerHandle, message: Message<'answer'>): void
  /** A worker's server takes connections again, or does not any more. */
  onRoom(worker: WorkerHandle, message: Message<'room'>): void
  /** A worker has closed its copy of a socket that was lent to it. */
  onReturned(worker: WorkerHandle, message: Message<'returned'>): void
  onExit(worker: WorkerHandle): void
  /** Hands off what waits already and stops accepting, for good; resolves soon. Never rejects. */
  close(): Promise<void>
}
