import type { AddressInfo } from 'node:net'
import type { ListenRequest } from '../../protocol/messages.ts'

/** So many are remembered: apps ask for a free port when they boot, a few times. */
const most = 100

/**
 * Which port was given to servers that asked for any. Every worker's n-th gets
 * the same one, also where it has been closed meanwhile: apps that look for a
 * free port listen at any, close it, and listen at that port again.
 */
export class PortMemory {
  readonly #ports = new Map<string, number>()

  remember(key: string, { port }: ListenRequest, address: AddressInfo | string): void {
    if (port === 0 && typeof address === 'object' && this.#ports.size < most)
      this.#ports.set(key, address.port)
  }

  /** The request with the port that it was given before, or as it is. */
  recall(key: string, request: ListenRequest): ListenRequest {
    const port = request.port === 0 ? this.#ports.get(key) : undefined
    return port === undefined ? request : { ...request, port }
  }
}
