import { readSync, writeSync } from 'node:fs'
import { ServerResponse } from 'node:http'
import net from 'node:net'
import { activeHandles, handleOf } from '../node-internals/handles.ts'
import { responseOn } from '../node-internals/http1-answers.ts'
import { parserOf } from '../node-internals/http1-connections.ts'
import { isQuiet } from './movable.ts'

const body = 'Service Unavailable\n'

/** One second: others serve, and another boots. */
const retryAfter = 1

/** How much of a body (in bytes) is taken, so that what is unread does not reset the connection, answer and all. */
const mostRead = 4 * 1024 ** 2
const bufferSize = 64 * 1024

/** One for all connections, of which there may be many, from when the process ends. */
let buffer: Buffer | undefined

/** In bytes. The method of a request is in them. */
const beginningLength = 16

/**
 * Answers each request whose answer has not begun with a 503, while the
 * process ends: what is written to a stream now would never leave it, so this
 * writes to the descriptors. HTTP/1 without TLS only; of pipelined requests
 * only the first that is not answered. Throws nothing.
 * @returns those that it has answered.
 */
export function answerWhatIsInFlight(): ServerResponse[] {
  return activeHandles().flatMap((socket) => (socket instanceof net.Socket ? (answer(socket) ?? []) : []))
}

/**
 * Closes the idle ones of these connections, while the process ends: that
 * takes as long as its threads do, and only then would their clients stop to
 * send requests. Throws nothing.
 * @param answers whether a request that has come, and was not read, is answered with a 503.
 */
export function closeIdle(sockets: Iterable<net.Socket>, answers: boolean): void {
  for (const socket of sockets)
    try {
      if (parserOf(socket) && isQuiet(socket)) leave(socket, answers)
    } catch {
      // The client has gone, or does not read.
    }
}

function answer(socket: net.Socket): ServerResponse | undefined {
  let answered: ServerResponse | undefined
  try {
    const response = responseOn(socket)
    if (!(response instanceof ServerResponse) || response.headersSent || response.writableEnded)
      return undefined
    const handle = handleOf(socket)
    if (isSecured(socket) || socket.writableLength > 0 || handle.writeQueueSize > 0 || !(handle.fd! >= 0))
      return undefined
    write(handle.fd!, response.req.method)
    answered = response
    empty(handle.fd!)
  } catch {
    // The client has gone, or does not read.
  }
  return answered
}

function leave(socket: net.Socket, answers: boolean): void {
  const handle = handleOf(socket)
  const begun = answers && !isSecured(socket) && empty(handle.fd!)
  if (begun) write(handle.fd!, begun.split(' ')[0])
  else handle.close()
}

function isSecured(socket: net.Socket): boolean {
  return 'encrypted' in socket
}

/** @returns the beginning of what there was to read. */
function empty(fd: number): string {
  buffer ??= Buffer.allocUnsafe(bufferSize)
  let beginning = ''
  try {
    for (let read = 0, got = 1; got > 0 && read < mostRead; read += got) {
      got = readSync(fd, buffer)
      beginning ||= buffer.toString('latin1', 0, Math.min(got, beginningLength))
    }
  } catch {
    // There is nothing left to read.
  }
  return beginning
}

function write(fd: number, method: string | undefined): void {
  writeSync(fd, head() + (method === 'HEAD' ? '' : body))
}

function head(): string {
  return [
    'HTTP/1.1 503 Service Unavailable',
    `Date: ${new Date().toUTCString()}`,
    'Content-Type: text/plain',
    `Content-Length: ${Buffer.byteLength(body)}`,
    `Retry-After: ${retryAfter}`,
    'Connection: close',
    '\r\n',
  ].join('\r\n')
}
