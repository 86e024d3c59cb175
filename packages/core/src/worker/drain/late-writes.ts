/** The arguments of `write` and `end`, in each of their forms. */
export type Write = [chunk?: unknown, encoding?: unknown, callback?: unknown]

/** What apps and libraries call to write, as a method that can be replaced. */
export interface Writing {
  write: (...given: Write) => boolean
  end: (...given: Write) => unknown
}

/** As a stream does that has a client who does not listen any more: the app goes on, and no error is thrown. */
export function swallow(given: Write): true {
  const callback = given.find((argument) => typeof argument === 'function') as (() => void) | undefined
  if (callback) process.nextTick(callback)
  return true
}

/** Undefined for what is not to be written, and the stream itself refuses. */
export function toBytes([chunk, encoding]: Write): Uint8Array | undefined {
  if (typeof chunk === 'string')
    return Buffer.from(chunk, Buffer.isEncoding(encoding as string) ? (encoding as BufferEncoding) : 'utf8')
  if (chunk instanceof Uint8Array) return chunk
  if (!ArrayBuffer.isView(chunk)) return undefined
  return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
}
