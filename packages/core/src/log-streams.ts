import { Writable } from 'node:stream'
import { surviveOnDescriptors } from './log-descriptors.ts'
import { flushAtExit } from './log-flush.ts'
import { redirectStream } from './log-redirect.ts'
import { countLost } from './lost-log.ts'
import { closeGoneTerminals } from './node-internals/process.ts'

export interface LogStreams {
  inUse: boolean
  onStderr?: (stream: NodeJS.WriteStream) => void
}

let installed = false

/**
 * From now on, this process loses log lines, and nothing else, when nobody
 * takes them: the reader of a pipe has gone (EPIPE), a terminal was closed
 * (EIO), a file system is full (ENOSPC). Node would emit 'error' on
 * `process.stdout` or `process.stderr`, to which hardly any app listens. What a
 * pipe has not taken yet is written out when the process ends.
 *
 * An app's own listeners for it are called as ever; what is no fault of the
 * system's (a write after the end) ends the process as ever.
 *
 * @param inUse whether the streams may be there already, and known to others.
 * @param onStderr is given `process.stderr` when it is first used.
 */
export function surviveLostLogs({ inUse, onStderr }: LogStreams): void {
  if (installed) return
  installed = true
  surviveOnDescriptors()
  guardOnFirstUse('stdout', () => blackHole())
  guardOnFirstUse('stderr', () => blackHole(), onStderr)
  // The terminal that a program reads from closes in the same way.
  guardOnFirstUse('stdin')
  process.once('exit', closeGoneTerminals)
  // `console` keeps what it has got once.
  if (inUse) void [process.stdout, process.stderr]
}

/** Making the stream at once would cost those who never use it, and change the flags of a pipe that others share. */
function guardOnFirstUse(
  name: 'stdin' | 'stdout' | 'stderr',
  otherwise?: () => Writable,
  onMade?: LogStreams['onStderr'],
): void {
  const own = Object.getOwnPropertyDescriptor(process, name)
  // Somebody has put a stream of theirs there.
  if (!own?.get || !own.configurable) return
  const make = own.get.bind(process) as () => NodeJS.EventEmitter
  const get = (): unknown => {
    let stream: NodeJS.EventEmitter
    try {
      stream = make()
    } catch (error) {
      // A terminal takes one more descriptor. The next who asks may be luckier.
      if (!otherwise || !isOfSystem(error)) throw error
      countLost(error.code ?? 'unknown')
      return otherwise()
    }
    Object.defineProperty(process, name, own)
    survive(stream)
    onMade?.(stream as NodeJS.WriteStream)
    if (name !== 'stdin') {
      const fd = name === 'stdout' ? 1 : 2
      flushAtExit(stream, fd)
      redirectStream(stream, fd)
    }
    return stream
  }
  Object.defineProperty(process, name, { ...own, get })
}

/**
 * Not with a listener: one of somebody else's may throw what it does not know
 * (roarr's does, which http-terminator brings along), and others count them.
 */
function survive(stream: NodeJS.EventEmitter): void {
  const emit = stream.emit.bind(stream) as (...args: unknown[]) => boolean
  stream.emit = (...args: unknown[]) => {
    const [event, error] = args
    if (event !== 'error' || !isOfSystem(error)) return emit(...args)
    countLost(error.code ?? 'unknown')
    try {
      return emit(...args)
    } catch (thrown) {
      if (thrown !== error) throw thrown
      return false
    }
  }
}

function isOfSystem(error: unknown): error is NodeJS.ErrnoException {
  const { errno, info } = error as { errno?: unknown; info?: { errno?: unknown } }
  return typeof (errno ?? info?.errno) === 'number'
}

function blackHole(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() })
}
