import type * as net from 'node:net'

/** Those on which a request comes that a sibling has read, and found to be for this worker. */
const given = new WeakSet<net.Socket>()

/** A sibling has read the beginning of what the client sends. */
export function replay(socket: net.Socket, bytes: string): void {
  given.add(socket)
  socket.unshift(Buffer.from(bytes, 'latin1'))
}

/** Whether the request was given to this worker to be served here, whoever it names. Asked once for each. */
export function wasGiven(socket: net.Socket): boolean {
  return given.delete(socket)
}
