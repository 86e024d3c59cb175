import type { IncomingMessage } from 'node:http'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import type { StreamHandle } from '../../node-internals/handles.ts'
import { responseOn } from '../../node-internals/http1-answers.ts'
import { leaveUpgrade } from '../begun.ts'
import { detach } from '../migration.ts'
import { hasSentAll, isAccepted } from '../movable.ts'
import { without } from './headers.ts'
import { peerHeader, peerOf } from './peer.ts'
import { preamble } from './sibling-agent.ts'

/** So much is sent along in a message; more goes over the private socket. */
const mostBytes = 64 * 1024

/** @returns all that has been read of the connection, as it came, with `more` headers ahead of the others. */
function bytesOf(request: IncomingMessage, head: Buffer, more: readonly string[] = []): Buffer {
  const { method, url, httpVersion, rawHeaders } = request
  const headers = [...more, ...without(rawHeaders, (name) => name === peerHeader)]
  let text = `${method} ${url} HTTP/${httpVersion}\r\n`
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`
  return Buffer.concat([Buffer.from(`${text}\r\n`, 'latin1'), head])
}

/**
 * Takes the connection of an upgrade off this process, if another can have it.
 * TLS has its keys here, and a stream that the app has made is its own.
 *
 * @returns the connection, and what has been read of it.
 */
export function takeUpgrade(
  server: net.Server,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): { handle: StreamHandle; bytes: string } | undefined {
  const bytes = bytesOf(request, head)
  if (!(socket instanceof net.Socket) || socket.destroyed || !isAccepted(socket, server)) return undefined
  // What it has asked for before has not been answered, or what has come since would be lost.
  if (responseOn(socket) || !hasSentAll(socket) || socket.readableLength > 0) return undefined
  if (bytes.length > mostBytes) return undefined
  leaveUpgrade(socket)
  return { handle: detach(socket), bytes: bytes.toString('latin1') }
}

/**
 * Has a sibling serve an upgrade whose connection stays here: what comes of either side is passed on.
 * @param here serves it here, as the sibling is not there any more.
 */
export function pipeUpgrade(
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
  way: { socketPath: string; key: string },
  here: () => void,
): void {
  const out = net.connect({ path: way.socketPath, allowHalfOpen: true })
  const end = (): void => void out.destroy()
  const ignore = (): void => {}
  let connected = false
  socket.on('error', ignore)
  socket.once('close', end)
  out.once('connect', () => {
    connected = true
    leaveUpgrade(socket)
    out.write(preamble({ key: way.key }))
    out.write(bytesOf(request, head, [peerHeader, peerOf(request)]))
    socket.pipe(out).pipe(socket)
  })
  out.on('error', ignore)
  out.once('close', () => {
    socket.off('close', end)
    if (connected) socket.destroy()
    else if (!socket.destroyed) {
      socket.off('error', ignore)
      here()
    }
  })
}
