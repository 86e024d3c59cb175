import { once } from 'node:events'
import type { Readable } from 'node:stream'

/** A line that is longer is written in pieces. In bytes. */
const longest = 64 * 1024

const newline = 0x0a

/** Writes what several programs write line by line, so that no line is torn by another's. */
export class Prefix {
  readonly #label: Buffer
  readonly #to: NodeJS.WriteStream
  #rest: Buffer = Buffer.alloc(0)

  constructor(label: string, to: NodeJS.WriteStream) {
    this.#label = Buffer.from(label)
    this.#to = to
  }

  /** Until the stream ends. */
  async pass(from: Readable): Promise<void> {
    for await (const chunk of from as AsyncIterable<Buffer>) await this.#write(chunk)
    if (this.#rest.length > 0) await this.#write(Buffer.from('\n'))
  }

  async #write(chunk: Buffer): Promise<void> {
    let text = Buffer.concat([this.#rest, chunk])
    const lines: Buffer[] = []
    for (let end = text.indexOf(newline); end >= 0 || text.length > longest; end = text.indexOf(newline)) {
      const line = end >= 0 ? text.subarray(0, end + 1) : Buffer.concat([text, Buffer.from('\n')])
      lines.push(this.#label, line)
      text = text.subarray(end >= 0 ? end + 1 : text.length)
    }
    this.#rest = text
    if (lines.length > 0 && this.#to.writable && !this.#to.write(Buffer.concat(lines)))
      // A reader that has left takes no more, and is not waited for.
      await Promise.race([once(this.#to, 'drain'), once(this.#to, 'close'), once(this.#to, 'error')]).catch(
        () => {},
      )
  }
}
