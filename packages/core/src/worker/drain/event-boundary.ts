/** Two ends of a line: what is between them is an empty line. Of the two bytes of a CRLF neither is one by itself. */
const emptyLine = /(?:\r\n|\n|\r(?!\n))(?:\r\n|\n|\r)$/

/** So many characters say whether a text ends with an empty line. */
const tailLength = 4

/** Follows what is written to an event stream: an empty line ends each event. */
export class EventBoundary {
  /** The end of what was written, once something was. */
  #tail: string | undefined

  /** Undefined as long as nothing has been followed. */
  get isBetween(): boolean | undefined {
    return this.#tail === undefined ? undefined : emptyLine.test(this.#tail)
  }

  follow(chunk: unknown, encoding?: unknown): void {
    const end = endOf(chunk, encoding)
    if (end !== '') this.#tail = ((this.#tail ?? '') + end).slice(-tailLength)
  }
}

function endOf(chunk: unknown, encoding: unknown): string {
  if (typeof chunk === 'string')
    return isText(encoding)
      ? chunk.slice(-tailLength)
      : endOf(Buffer.from(chunk, encoding as BufferEncoding), undefined)
  if (!ArrayBuffer.isView(chunk)) return ''
  const { buffer, byteOffset, byteLength } = chunk
  const length = Math.min(tailLength, byteLength)
  return Buffer.from(buffer, byteOffset + byteLength - length, length).toString('latin1')
}

/** Not of bytes in other clothes, such as base64. */
function isText(encoding: unknown): boolean {
  return typeof encoding !== 'string' || /^(utf-?8|latin1|binary|ascii)$/i.test(encoding)
}
