const newline = 0x0a

/** Puts a label before each line of a text that comes in pieces. */
export class LinePrefix {
  readonly #label: Buffer
  #atStart = true

  constructor(label: string) {
    this.#label = Buffer.from(label)
  }

  add(chunk: Buffer): Buffer {
    const parts: Buffer[] = []
    for (let start = 0; start < chunk.length;) {
      const found = chunk.indexOf(newline, start)
      const end = found < 0 ? chunk.length : found + 1
      if (this.#atStart) parts.push(this.#label)
      parts.push(chunk.subarray(start, end))
      this.#atStart = found >= 0
      start = end
    }
    return Buffer.concat(parts)
  }
}
