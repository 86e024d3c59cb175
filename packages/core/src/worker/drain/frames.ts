/** Opcodes of RFC 6455 that there are; others are of no WebSocket. */
const opcodes = new Set([0, 1, 2, 8, 9, 10])
const close = 8

/** The longest header: two bytes, a length of eight, a mask of four. */
const longestHeader = 14

/**
 * Follows the frames of one direction of a WebSocket, however they are cut into
 * pieces. It looks at headers only: payload is skipped by its length.
 */
export class Frames {
  /** A close frame has been seen. */
  isClosed = false
  /** What was followed are no frames. */
  isBroken = false
  readonly #header = new Uint8Array(longestHeader)
  #headerLength = 0
  /** Of the payload of the frame that has begun. */
  #left = 0
  /** A message of several frames has begun, and its last frame has not. */
  #isFragmented = false

  /** No message has begun that has not ended. */
  get isBetween(): boolean {
    return this.#left === 0 && this.#headerLength === 0 && !this.#isFragmented
  }

  /**
   * @param toBetween whether to stop behind the first message that ends.
   * @returns how many of the bytes were followed: all, if it did not stop.
   */
  follow(bytes: Uint8Array, toBetween = false): number {
    let at = 0
    while (at < bytes.length && !this.isBroken) {
      if (this.#left > 0) {
        const skipped = Math.min(this.#left, bytes.length - at)
        this.#left -= skipped
        at += skipped
      } else {
        this.#header[this.#headerLength++] = bytes[at++]!
        if (this.#headerLength === this.#neededHeader()) this.#begin()
      }
      if (toBetween && this.isBetween) return at
    }
    return bytes.length
  }

  #neededHeader(): number {
    if (this.#headerLength < 2) return 2
    const second = this.#header[1]!
    const length = second & 0x7f
    const mask = second & 0x80 ? 4 : 0
    return 2 + (length === 127 ? 8 : length === 126 ? 2 : 0) + mask
  }

  #begin(): void {
    const header = this.#header
    const first = header[0]!
    const length = header[1]! & 0x7f
    this.#headerLength = 0
    const longer = length === 127 ? 8 : length === 126 ? 2 : 0
    this.#left = longer === 0 ? length : 0
    for (let i = 2; i < 2 + longer; i++) this.#left = this.#left * 256 + header[i]!
    const opcode = first & 0x0f
    if (!opcodes.has(opcode)) this.isBroken = true
    else if (opcode === close) this.isClosed = true
    // Control frames may stand between the frames of a message.
    else if (opcode < close) this.#isFragmented = (first & 0x80) === 0
  }
}
