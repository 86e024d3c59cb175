import type { IncomingMessage } from 'node:http'
import type * as net from 'node:net'

/**
 * The first header of what a sibling forwards. It is read on the private socket
 * alone, which no client reaches.
 */
export const peerHeader = 'x-clustered-peer'

const fields = ['remoteAddress', 'remotePort', 'remoteFamily', 'localAddress', 'localPort'] as const

/** Who the client is, as the socket of the request says it. */
export function peerOf({ socket }: IncomingMessage): string {
  return JSON.stringify(Object.fromEntries(fields.map((field) => [field, socket[field]])))
}

/** Takes the header off the request, and has its socket be that of the client. */
export function takePeer(request: IncomingMessage): void {
  const [name, value] = request.rawHeaders
  if (name !== peerHeader) return
  // Both are made of the raw ones when they are first asked for, and by their number.
  delete request.headers[peerHeader]
  delete request.headersDistinct[peerHeader]
  request.rawHeaders.splice(0, 2)
  setPeer(request.socket, JSON.parse(value!) as Record<string, unknown>)
}

function setPeer(socket: net.Socket, peer: Record<string, unknown>): void {
  for (const field of fields)
    Object.defineProperty(socket, field, { value: peer[field], configurable: true, writable: true })
}
