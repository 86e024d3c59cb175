import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ListenOptions } from 'node:net'
import type { TransferableHandle } from './node-internals.ts'

/** How long (in ms) a queue that is never empty is taken from. */
const longest = 1000

export interface Emptying {
  /**
   * The queue takes no more: the system of whoever connects tries again after
   * a second, and is refused.
   */
  shut: boolean
  /** Others accept from the socket until then. */
  until?: Promise<unknown>
}

/** Not where a descriptor was given to us, whose queue others go on with, nor with a unix socket, whose clients fail. */
export function mayShut({ path, fd }: ListenOptions & { fd?: number }): boolean {
  return path === undefined && fd === undefined
}

/**
 * Accepts what waits in the queue of a listening socket that is to be closed.
 * Closing resets it, though to their clients these are connections that stand,
 * with a request on its way.
 *
 * Resolves when a whole turn of the event loop has brought none: close the
 * socket then, at once. Node accepts one connection per socket and turn.
 */
export async function emptyQueue(socket: TransferableHandle, { shut, until }: Emptying): Promise<void> {
  const { onconnection } = socket
  let came = false
  socket.onconnection = function (...args) {
    came = true
    // Node's own expects to be called on the handle.
    onconnection?.apply(this, args)
  }
  if (shut) socket.listen(0)
  await until
  // Whoever has begun to accept from it meanwhile has opened the queue again.
  if (shut) socket.listen(0)
  const end = performance.now() + longest
  do {
    came = false
    await nextTurn()
    await nextTurn()
  } while (came && performance.now() < end)
}
