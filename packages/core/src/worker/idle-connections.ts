import type http from 'node:http'
import type net from 'node:net'
import { handleOf, idleConnections, responseOn, type StreamHandle } from '../node-internals.ts'

/** Those that the server has served, and that are between two requests now. */
export function betweenRequests(server: http.Server): net.Socket[] {
  return idleConnections(server).filter((socket) => socket.bytesWritten > 0 && isQuiet(socket))
}

/** Not one of HTTP/2, nor one that has been upgraded. */
export function isOfHttp1(socket: net.Socket): boolean {
  return Boolean((socket as { parser?: unknown }).parser)
}

/** Nothing is being answered, nothing is left to be written, and the client has not hung up. */
export function isQuiet(socket: net.Socket): boolean {
  const handle = handleOf(socket) as StreamHandle | null
  return (
    handle?.writeQueueSize === 0 &&
    !responseOn(socket) &&
    socket.writableLength === 0 &&
    !socket.readableEnded &&
    !socket.destroyed
  )
}

/**
 * Takes the connection off its socket, which ends here and not on the wire.
 * What the client sends next is still in the kernel, and is read by whoever
 * has the connection then.
 */
export function detach(socket: net.Socket): StreamHandle {
  const handle = handleOf(socket)
  handle.readStop()
  handle.onread = () => {}
  ;(socket as unknown as { _handle: null })._handle = null
  socket.destroy()
  return handle
}
