import { readSync, writeSync } from 'node:fs'
import { socketOf, type TransferableHandle } from './node-internals/handles.ts'

const body = 'No worker is available. Try again later.\n'

const answer = [
  'HTTP/1.1 503 Service Unavailable',
  'Content-Type: text/plain',
  `Content-Length: ${Buffer.byteLength(body)}`,
  'Retry-After: 1',
  'Connection: close',
  '',
  body,
].join('\r\n')

/** How long (in ms) a client may take to read its refusal. */
const lingering = 5000

/**
 * How many refusals are waited for at a time: each keeps its descriptor. More
 * come only from a flood, and then the descriptors are what is scarce.
 */
const mostLingering = 64

let lingeringNow = 0

/** How many connections this process has refused. */
export const refusals = { count: 0 }

/**
 * Says no to a connection that no worker can take: a 503, or under TLS just the end.
 *
 * @param served whether it has brought requests. Before it brings the next one,
 * an answer would be taken for the one to that.
 */
export function refuse(connection: TransferableHandle, speaksTls: boolean, served = false): void {
  if (speaksTls || lingeringNow >= mostLingering) return refuseAtOnce(connection, speaksTls, served)
  refusals.count++
  lingeringNow++
  const socket = socketOf(connection)
  socket.once('close', () => lingeringNow--)
  socket.on('error', () => {})
  // Unread bytes would turn the close into a reset that wipes out the answer.
  socket.resume()
  socket.setTimeout(lingering, () => socket.destroy())
  if (served) socket.once('data', () => socket.end(answer))
  else socket.end(answer)
}

const scratch = Buffer.alloc(16 * 1024)

/** The same, as far as it goes without keeping the descriptor for another moment. */
export function refuseAtOnce(connection: TransferableHandle, speaksTls: boolean, served = false): void {
  refusals.count++
  const { fd = -1 } = connection
  if (!speaksTls && fd >= 0)
    try {
      if (served) readSync(fd, scratch)
      writeSync(fd, answer)
      // What has arrived is read, for the same reason as above.
      readSync(fd, scratch)
    } catch {
      // There is nothing to read, or nobody to tell.
    }
  connection.close()
}
