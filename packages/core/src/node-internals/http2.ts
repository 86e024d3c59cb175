import { writeSync } from 'node:fs'
import type { Http2Session, ServerHttp2Stream as Http2Stream } from 'node:http2'
import type * as net from 'node:net'
import { type StreamHandle, handleOf } from './handles.ts'

interface SessionState {
  streams: { values(): Iterable<Http2Stream> }
}

/** The streams that are open on a session of HTTP/2. */
export function streamsOf(session: Http2Session): Iterable<Http2Stream> {
  const key = Object.getOwnPropertySymbols(session).find(({ description }) => description === 'state')
  const state = key && (session as unknown as Record<symbol, SessionState | undefined>)[key]
  return state?.streams?.values() ?? []
}

/** Whether a server speaks HTTP/2 on that connection: it notes itself there by a symbol, as none of HTTP/1 does. */
export function isOfHttp2(socket: net.Socket): boolean {
  return Object.getOwnPropertySymbols(socket).some(({ description }) => description === 'server')
}

/** How long (in ms) the rest of a frame is offered to the kernel that has taken a part of it. */
const restTime = 20

/**
 * Writes a frame to a connection of HTTP/2 past its session, which does not
 * know of it. It goes straight to the descriptor: of a write through the
 * socket the session hears the end, and aborts the process, as it has begun
 * none. It fits between two frames only: the kernel has whole ones when
 * nothing is queued in this process.
 *
 * @returns 'busy' if a later moment may do, 'impossible' if none will: under
 * TLS, and where a connection has no descriptor (Windows, a stream of the
 * app's own), or this Node does not tell what is queued.
 */
export function writeFrame(session: Http2Session, frame: Uint8Array): 'written' | 'busy' | 'impossible' {
  if (session.destroyed || session.encrypted !== false) return 'impossible'
  const { fd, writeQueueSize, bytesWritten } = (handleOf(session.socket) ?? {}) as Partial<StreamHandle>
  if (fd === undefined || fd < 0 || writeQueueSize === undefined) return 'impossible'
  // The settings must come first.
  if (writeQueueSize > 0 || !bytesWritten) return 'busy'
  let written = 0
  const until = performance.now() + restTime
  do {
    try {
      written += writeSync(fd, frame, written)
    } catch (error) {
      const isBlocked = (error as NodeJS.ErrnoException).code === 'EAGAIN'
      if (written === 0) return isBlocked ? 'busy' : 'impossible'
      if (!isBlocked) break
    }
    if (written === frame.length) return 'written'
  } while (performance.now() < until)
  // Its client would take the next frame for the rest of this one.
  session.destroy()
  return 'impossible'
}
