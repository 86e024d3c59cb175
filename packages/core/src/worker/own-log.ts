import { toWords } from '../thrown.ts'

type Write = (this: unknown, chunk: unknown, ...rest: unknown[]) => boolean

/**
 * Notices when the app writes an error to its log by itself, stack and all:
 * error reporters do, and a log that has each error twice is twice as long.
 *
 * @param run while it runs, what goes to stdout and stderr is looked at.
 * @param noticed called when the error was among it. One without a stack never is.
 */
export function logs<T>(error: unknown, run: () => T, noticed: () => void): T {
  // With file, line and column: no other text has it.
  const frame = /^\s*(at .+:\d+:\d+\)?)$/m.exec(toWords(error).stack)?.[1]
  if (frame === undefined) return run()
  const undo = [process.stdout, process.stderr].map((stream) => look(stream, frame, noticed))
  try {
    return run()
  } finally {
    for (const stop of undo) stop()
  }
}

function look(stream: NodeJS.WriteStream, text: string, noticed: () => void): () => void {
  const own = Object.getOwnPropertyDescriptor(stream, 'write')
  const write = Reflect.get(stream, 'write') as Write
  const looking: Write = function (chunk, ...rest) {
    if (typeof chunk === 'string' && chunk.includes(text)) noticed()
    return write.call(this, chunk, ...rest)
  }
  stream.write = looking
  return () => {
    if (Reflect.get(stream, 'write') !== looking) return
    if (own) Object.defineProperty(stream, 'write', own)
    else Reflect.deleteProperty(stream, 'write')
  }
}
