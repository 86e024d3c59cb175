import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ListenPlace } from './listen.ts'
import type { TransferableHandle } from './node-internals/handles.ts'
import { areFull } from './fill-queues.ts'

/** How long (in ms) queues that are never empty are taken from. */
const longest = 1000

/** And in how many turns at least: a machine that is busy elsewhere may leave few to a second. */
const fewest = 1000

export interface Emptying {
  /**
   * The queues take no more: the system of whoever connects tries again after
   * a second, and is refused.
   */
  shut: boolean
  /** Others accept from the sockets until then. */
  until?: Promise<unknown>
}

/** Not where a descriptor was given to us, whose queue others go on with, nor with a unix socket, whose clients fail. */
export function mayShut({ path, fd }: ListenPlace): boolean {
  return path === undefined && fd === undefined
}

/**
 * Accepts what waits in the queues of listening sockets of one port that are
 * to be closed. Closing resets it, though to their clients these are
 * connections that stand, with a request on its way.
 *
 * Resolves when a whole turn of the event loop has brought none, and none can
 * come any more: close the sockets then, at once. Node accepts one connection
 * per socket and turn.
 */
export async function emptyQueues(
  sockets: readonly TransferableHandle[],
  { shut, until }: Emptying,
): Promise<void> {
  let came = false
  for (const socket of sockets) {
    const { onconnection } = socket
    socket.onconnection = function (...args) {
      came = true
      // Node's own expects to be called on the handle.
      onconnection?.apply(this, args)
    }
  }
  const shutAll = (): void => {
    if (shut) for (const socket of sockets) socket.listen(0)
  }
  shutAll()
  await until
  // Whoever has begun to accept from them meanwhile has opened the queues again.
  shutAll()
  const isOver = shut ? () => areFull(sockets) : () => true
  const end = performance.now() + longest
  let turns = 0
  do {
    came = false
    await nextTurn()
    await nextTurn()
    turns++
  } while ((turns < fewest || performance.now() < end) && (came || !(await isOver())))
}
