import { readSync, writeSync } from 'node:fs'
import { ServerResponse } from 'node:http'
import net from 'node:net'
import { activeHandles, handleOf } from '../node-internals/handles.ts'
import { responseOn } from '../node-internals/http1-answers.ts'

const body = 'Service Unavailable\n'

/** One second: others serve, and another boots. */
const retryAfter = 1

/** How much of a body (in bytes) is taken, so that what is unread does not reset the connection, answer and all. */
const mostRead = 4 * 1024 ** 2
const readBuffer = 64 * 1024

/**
 * Answers each request whose answer has not begun with a 503, while the
 * process ends: what is written to a stream now would never leave it, so this
 * writes to the descriptors. HTTP/1 without TLS only; of pipelined requests
 * only the first that is not answered. Throws nothing.
 * @returns those that it has answered.
 */
export function answerWhatIsInFlight(): ServerResponse[] {
  return activeHandles().flatMap((socket) =>
    socket instanceof net.Socket && !('encrypted' in socket) ? (answer(socket) ?? []) : [],
  )
}

function answer(socket: net.Socket): ServerResponse | undefined {
  let answered: ServerResponse | undefined
  try {
    const response = responseOn(socket)
    if (!(response instanceof ServerResponse) || response.headersSent || response.writableEnded)
      return undefined
    const handle = handleOf(socket)
    if (socket.writableLength > 0 || handle.writeQueueSize > 0 || !(handle.fd! >= 0)) return undefined
    writeSync(handle.fd!, head() + (response.req.method === 'HEAD' ? '' : body))
    answered = response
    empty(handle.fd!)
  } catch {
    // The client has gone, or does not read; or there is nothing left to read.
  }
  return answered
}

function empty(fd: number): void {
  const buffer = Buffer.allocUnsafe(readBuffer)
  for (let read = 0, got = 1; got > 0 && read < mostRead; read += got) got = readSync(fd, buffer)
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
