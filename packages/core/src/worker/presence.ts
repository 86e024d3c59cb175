import cluster from 'node:cluster'
import { interceptEmit } from '../process-emit.ts'

/**
 * Whether this process lives on when nothing of the program is left in its
 * event loop. The channel to the primary keeps a worker of node:cluster alive
 * whatever the program does. Here it does so only once there is a reason: a
 * program that ends without listening ends, as in plain Node.
 */
export class Presence {
  readonly #hasReason: () => boolean
  readonly #settled: () => void
  #asking = 0
  #stays = false

  /**
   * @param hasReason whether this process is to stay, asked when its event loop is empty.
   * @param settled called when it stays though its event loop is empty: nothing
   *   of the program goes on but what connections bring.
   */
  constructor(hasReason: () => boolean, settled: () => void) {
    this.#hasReason = hasReason
    this.#settled = settled
    process.channel?.unref()
    // A server that listens keeps a process of plain Node alive: the app is not told that it would end.
    interceptEmit('beforeExit', (_args, pass) => (this.#onEmpty() ? false : pass()))
  }

  /** From now on it stays, come what may. */
  stay(): void {
    this.#stays = true
    process.channel?.ref()
  }

  /** The program waits for an answer of the primary. */
  ask(): void {
    this.#asking++
    process.channel?.ref()
  }

  answered(): void {
    if (--this.#asking === 0 && !this.#stays) process.channel?.unref()
  }

  /** @returns whether it stays. */
  #onEmpty(): boolean {
    const stays = this.#hasReason()
    if (stays) {
      this.stay()
      this.#settled()
    }
    return stays
  }
}

/** Messages of the app's own, from the primary: one listener is of node:cluster. */
export function awaitsMessages(): boolean {
  return process.listenerCount('message') > 1 || cluster.worker!.listenerCount('message') > 0
}
