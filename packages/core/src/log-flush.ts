import { writeSync } from 'node:fs'
import net from 'node:net'
import { type Chunk, handleOf, waitingChunks } from './node-internals/handles.ts'

/** How long (in ms) a process that ends waits for a reader that takes nothing. */
const patience = 3000

/** How long (in ms) it waits for one that takes little. */
const longest = 10_000

/** How often (in ms) it looks whether the reader has taken something. */
const interval = 5

interface Pipe {
  readonly stream: net.Socket
  readonly fd: number
  /** What the system was given last. */
  last: readonly Chunk[]
}

type Write = (this: net.Socket, chunk: unknown, encoding: unknown, written: unknown) => void
type WriteMany = (this: net.Socket, chunks: readonly Chunk[], written: unknown) => void

const pipes: Pipe[] = []

/** Another copy of this package may have come before. */
const done = Symbol.for('@clustered/core log flush')

/**
 * What this process writes to a pipe that is full waits in it, and would be
 * lost when the process ends by `process.exit` or an error. From now on, it is
 * written out then. A reader that has stopped reading holds that up for
 * `patience` ms.
 *
 * @param stream `process.stdout` or `process.stderr`.
 */
export function flushAtExit(stream: NodeJS.EventEmitter, fd: 1 | 2): void {
  // Writing to a terminal or a file is synchronous.
  if (!(stream instanceof net.Socket) || (stream as { isTTY?: boolean }).isTTY || done in stream) return
  Object.defineProperty(stream, done, { value: true })
  const pipe: Pipe = { stream, fd, last: [] }
  const { _write: write, _writev: writeMany } = stream as unknown as { _write: Write; _writev: WriteMany }
  const remembering: { _write: Write; _writev: WriteMany } = {
    _write(chunk, encoding, written) {
      pipe.last = [{ chunk, encoding } as Chunk]
      write.call(this, chunk, encoding, written)
    },
    _writev(chunks, written) {
      pipe.last = chunks
      writeMany.call(this, chunks, written)
    },
  }
  Object.assign(stream, remembering)
  if (pipes.push(pipe) === 1) process.once('exit', flush)
}

let onFlush = (_flushing: boolean): void => {}

/** @param listener called before and after this process may stand still, because it writes its last lines. */
export function watchFlush(listener: (flushing: boolean) => void): void {
  onFlush = listener
}

function flush(): void {
  const end = performance.now() + longest
  for (const pipe of pipes) {
    let takes = writeOut(pipe, pendingIn(pipe), end)
    // What listeners of the app write from here on.
    pipe.stream.write = (chunk: unknown, encoding?: unknown) => {
      takes &&= writeOut(pipe, bytesOf({ chunk, encoding } as Chunk), end)
      return takes
    }
  }
}

function pendingIn({ stream, last }: Pipe): Buffer {
  const unsent = handleOf(stream)?.writeQueueSize ?? 0
  const sending = Buffer.concat(last.map(bytesOf))
  return Buffer.concat([
    sending.subarray(sending.length - Math.min(unsent, sending.length)),
    ...waitingChunks(stream).map(bytesOf),
  ])
}

function bytesOf({ chunk, encoding }: Chunk): Buffer {
  if (typeof chunk !== 'string') return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
  return Buffer.from(chunk, Buffer.isEncoding(String(encoding)) ? (encoding as BufferEncoding) : 'utf8')
}

/** @returns whether the reader has taken it all. */
function writeOut({ stream, fd }: Pipe, bytes: Buffer, end: number): boolean {
  if (bytes.length === 0) return true
  onFlush(true)
  try {
    let left = bytes
    let tookAt = performance.now()
    while (left.length > 0) {
      // A process that ends makes the pipe that it shares with this one block again.
      handleOf(stream)?.setBlocking(false)
      const taken = take(fd, left)
      if (taken > 0) tookAt = performance.now()
      else if (performance.now() > Math.min(end, tookAt + patience)) return false
      else Atomics.wait(sleeper, 0, 0, interval)
      left = left.subarray(taken)
    }
    return true
  } catch {
    // The pipe is closed.
    return false
  } finally {
    onFlush(false)
  }
}

function take(fd: number, bytes: Buffer): number {
  try {
    return writeSync(fd, bytes)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return 0
    throw error
  }
}

const sleeper = new Int32Array(new SharedArrayBuffer(4))
