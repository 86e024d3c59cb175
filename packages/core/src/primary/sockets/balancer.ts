import type { TransferableHandle } from '../../node-internals/handles.ts'
import type { Loan } from '../../protocol/messages.ts'
import type { WorkerHandle } from '../fleet/worker-handle.ts'

/**
 * How the connections of one place reach the workers: the seam between
 * those who keep workers and those who keep sockets.
 */
export interface Balancer {
  readonly kind: 'kernel' | 'round-robin'
  /**
   * Called whenever a worker starts or stops serving, is late or caught up.
   * @param serving the workers that take connections of this place now.
   * @param isServed whether any worker serves here, if only one that is full.
   */
  update(serving: readonly WorkerHandle[], isServed: boolean): void
  /** What a booting worker's server accepts from as soon as it listens, if it is that who accepts. */
  lendAtBoot?(worker: WorkerHandle): { loan: Loan; handle: TransferableHandle } | undefined
  onExit(worker: WorkerHandle): void
  /** A worker has closed its copy of a socket that was lent to it. */
  onReturned?(worker: WorkerHandle, socket: number): void
  /** Hands off what waits already and stops accepting, for good. Never rejects. */
  close(): Promise<void>
}
