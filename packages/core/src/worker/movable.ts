import type * as net from 'node:net'
import { handleOf } from '../node-internals/handles.ts'
import { responseOn } from '../node-internals/http1-answers.ts'
import { hasForeignProperty, parserOf } from '../node-internals/http1-connections.ts'

/**
 * Nothing of the last request or its answer is still here, and nothing of the
 * next one is. Whether a part of that has been parsed, only the parser knows.
 */
export function isQuiet(socket: net.Socket): boolean {
  return (
    // The app still reads the body of the last request, or answers it.
    !parserOf(socket)?.incoming &&
    !responseOn(socket) &&
    // Nothing that was read waits for whoever reads it, and nobody holds up what comes.
    socket.readableLength === 0 &&
    !socket.isPaused() &&
    // The client has not hung up, and this end has not begun to.
    !socket.readableEnded &&
    !socket.writableEnded &&
    !socket.destroyed &&
    hasSentAll(socket)
  )
}

/** All that was written is in the kernel. */
export function hasSentAll(socket: net.Socket): boolean {
  return socket.writableLength === 0 && handleOf(socket)?.writeQueueSize === 0
}

/** It is as the server accepted it, and another process can have it: TLS has its keys here, and other streams are the app's own. */
export function isAccepted(socket: net.Socket, server: net.Server): boolean {
  return (
    ['TCP', 'Pipe'].includes(handleOf(socket)?.constructor.name) &&
    (socket as { _server?: unknown })._server === server
  )
}

/**
 * Nobody but Node has to do with the connection, and another process can do
 * the same with it. A connection for which this is not so stays for good.
 */
export function isPlain(socket: net.Socket, server: net.Server): boolean {
  return (
    // The app has accepted it elsewhere, or has read from it before HTTP did: what it has learned there is not with the next one.
    isAccepted(socket, server) &&
    // The app reads along: no listener but Node's has had the bytes.
    parserOf(socket)?._consumed === true &&
    socket.listenerCount('data') === 1 &&
    socket.listenerCount('readable') === 0 &&
    // The app keeps something there for the next request, who has logged in on it (NTLM), say.
    !hasForeignProperty(socket)
  )
}
