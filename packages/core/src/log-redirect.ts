/**
 * What is written to the descriptors 1 and 2 goes to other files once theirs
 * have been rotated. Node has no `dup2`: the descriptors themselves stay with
 * the old files, and what writes to them by way of Node is brought elsewhere.
 */
import { writeSync } from 'node:fs'
import net from 'node:net'
import { Writable } from 'node:stream'

/** In ms. Nobody writes to a descriptor so long after he has asked which one it is. */
export const grace = 30_000

/** By descriptor, the one that stands for it; 0 for itself. A thread has it in common with its process. */
let stands = new Int32Array(new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT))

const streams: (Writable | undefined)[] = []

/** For the threads of this process. */
export function redirects(): Int32Array {
  return stands
}

/** To be called in a thread, with what `redirects` has returned in the main one. */
export function shareRedirects(shared: Int32Array<SharedArrayBuffer>): void {
  stands = shared
}

/** Where what is written to the descriptor goes. */
export function current(fd: number): number {
  return Atomics.load(stands, fd) || fd
}

/** @returns the descriptor that has stood for it so far, if one has. Somebody may be about to write to that. */
export function redirect(fd: 1 | 2, to: number): number | undefined {
  const before = Atomics.exchange(stands, fd, to)
  const stream = streams[fd]
  if (stream) writeAnew(stream, fd)
  return before || undefined
}

/** The stream goes along with its descriptor. @param stream `process.stdout` or `process.stderr`. */
export function redirectStream(stream: unknown, fd: 1 | 2): void {
  // Only files are rotated, and only to these Node writes in a way of its own.
  if (!(stream instanceof Writable) || stream instanceof net.Socket) return
  streams[fd] = stream
  if (current(fd) !== fd) writeAnew(stream, fd)
}

/** What Node writes to a file with does not know what is said here; `log-descriptors.ts` has seen to the other. */
function writeAnew(stream: Writable, fd: number): void {
  stream._write = (chunk: Buffer, _encoding, done) => {
    try {
      writeSync(fd, chunk)
      done()
    } catch (error) {
      done(error as Error)
    }
  }
}
