import { socketOf, type TransferableHandle } from '../../node-internals.ts'

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

/** Says no to a connection that no worker can take: a 503, or under TLS just the end. */
export function refuse(connection: TransferableHandle, speaksTls: boolean): void {
  if (speaksTls) return connection.close()
  const socket = socketOf(connection)
  socket.on('error', () => {})
  // Unread bytes would turn the close into a reset that wipes out the answer.
  socket.resume()
  socket.setTimeout(lingering, () => socket.destroy())
  socket.end(answer)
}
