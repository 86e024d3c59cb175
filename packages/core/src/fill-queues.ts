import net from 'node:net'
import { handleOf, type TransferableHandle } from './node-internals/handles.ts'

/** More sockets than this on one port are not filled: which of them a connection reaches is chance. */
const mostSockets = 16

/** With so many tries for each socket, hardly one is never reached. */
const triesPerSocket = 12

/**
 * A queue that was made as short as it can be still takes one connection, and
 * somebody may come between the last look into it and the close. So the last
 * place in each is taken by a connection of our own, which may be reset.
 *
 * @returns whether each queue has ours in it: then nobody else is, and nobody
 * comes until this turn of the event loop is over. Also if that cannot be known.
 */
export async function areFull(sockets: readonly TransferableHandle[]): Promise<boolean> {
  const name: { address?: string; port?: number } = {}
  const known = sockets[0]?.getsockname?.(name) === 0
  if (!known || name.port === undefined || sockets.length > mostSockets) return true
  const where = { port: name.port, host: reachable(name.address!) }
  const fillers = Array.from({ length: sockets.length === 1 ? 1 : sockets.length * triesPerSocket }, () =>
    net.connect(where).on('error', () => {}),
  )
  // By then each has begun to connect, which on the machine itself succeeds at once or not at all.
  await new Promise<void>((resolve) => process.nextTick(resolve))
  const inside = fillers.filter((filler) => handleOf(filler)?.getpeername?.({}) === 0)
  const cannotConnect = fillers.some((filler) => filler.destroyed)
  setImmediate(() => {
    for (const filler of fillers) filler.destroy()
  })
  return cannotConnect || inside.length >= sockets.length
}

/** Where to connect to what listens at that address. */
function reachable(address: string): string {
  if (address === '::') return '::1'
  return address === '0.0.0.0' ? '127.0.0.1' : address
}
