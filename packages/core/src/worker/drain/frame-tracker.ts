import type { Duplex } from 'node:stream'
import { Frames } from './frames.ts'
import { swallow, toBytes, type Write, type Writing } from './late-writes.ts'

/** No head of an answer is longer, in bytes. */
const longestHead = 64 * 1024

/**
 * Follows what a library writes on an upgraded connection, so that a close
 * frame can stand between two of its messages. It costs a look at the header of
 * each frame.
 */
export class FrameTracker {
  readonly #stream: Duplex
  readonly #frames = new Frames()
  readonly #isOthers: () => boolean
  readonly #methods: Writing
  readonly #write: Writing['write']
  readonly #end: Writing['end']
  #state: 'head' | 'frames' | 'closed' | 'released' = 'head'
  #head = ''
  /** The code that is to be said behind the message that is open. */
  #closing: number | undefined
  #isFirst = true

  /** @param isOthers whether it need not be followed, as somebody else can close it; asked at the first frame. */
  constructor(stream: Duplex, isOthers: () => boolean) {
    this.#stream = stream
    this.#isOthers = isOthers
    const methods = stream as unknown as Writing
    this.#methods = methods
    this.#write = methods.write
    this.#end = methods.end
    methods.write = this.#onWrite
    methods.end = this.#onEnd
  }

  /** It is a WebSocket, and its frames are being followed. */
  get isOpen(): boolean {
    return this.#state === 'frames'
  }

  /** Nothing comes behind what was written: a close frame has been, of ours or theirs. */
  get isClosed(): boolean {
    return this.#state === 'closed' || this.#frames.isClosed || this.#stream.writableEnded
  }

  /** Says the code in a close frame, now or as soon as no message is open; what is written behind it is dropped. */
  close(code: number): void {
    if (this.#state !== 'frames' || this.isClosed) return
    this.#closing = code
    if (this.#frames.isBetween) this.#close()
  }

  #close(): void {
    const code = this.#closing!
    Reflect.apply(this.#write, this.#stream, [Buffer.from([0x88, 2, code >> 8, code & 0xff])])
    this.#state = 'closed'
  }

  readonly #onWrite = (...given: Write): boolean => {
    if (this.#state === 'closed') return swallow(given)
    const bytes = this.#state === 'released' ? undefined : toBytes(given)
    const cut = bytes && this.#follow(bytes)
    if (cut === undefined) return Reflect.apply(this.#write, this.#stream, given)
    // The callbacks of all that was written are called, in their order.
    Reflect.apply(this.#write, this.#stream, [bytes!.subarray(0, cut)])
    this.#close()
    return swallow(given)
  }

  readonly #onEnd = (...given: Write): unknown => {
    const [chunk] = given
    if (this.#state === 'closed') {
      const callback = given.find((argument) => typeof argument === 'function')
      return Reflect.apply(this.#end, this.#stream, callback ? [callback] : [])
    }
    if (chunk !== undefined && chunk !== null && typeof chunk !== 'function' && this.#state !== 'released') {
      const bytes = toBytes(given)
      if (bytes) this.#follow(bytes)
    }
    return Reflect.apply(this.#end, this.#stream, given)
  }

  /** @returns where to cut, if the close frame's place is in these bytes. */
  #follow(bytes: Uint8Array): number | undefined {
    let from = 0
    if (this.#state === 'head') {
      const behind = this.#followHead(bytes)
      if (behind === undefined) return undefined
      from = behind
    }
    if (from === bytes.length) return undefined
    if (this.#isFirst) {
      this.#isFirst = false
      if (this.#isOthers()) this.#release()
    }
    if (!this.isOpen) return undefined
    const isClosing = this.#closing !== undefined
    const followed = this.#frames.follow(bytes.subarray(from), isClosing)
    if (this.#frames.isBroken) this.#release()
    return isClosing && this.isOpen && this.#frames.isBetween && !this.#frames.isClosed
      ? from + followed
      : undefined
  }

  /** @returns where the frames begin in these bytes, once they do. */
  #followHead(bytes: Uint8Array): number | undefined {
    const before = this.#head.length
    this.#head += Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    const end = this.#head.indexOf('\r\n\r\n')
    if (end < 0) {
      if (this.#head.length > longestHead) this.#release()
      return undefined
    }
    const head = this.#head.slice(0, end + 2)
    this.#head = ''
    if (!/^HTTP\/1\.\d 101[ \r]/.test(head) || !/\nupgrade:[ \t]*websocket[ \t]*\r/i.test(head)) {
      this.#release()
      return undefined
    }
    this.#state = 'frames'
    return end + 4 - before
  }

  /** From here on it costs nothing. Deleting them would make the stream slow. */
  #release(): void {
    this.#state = 'released'
    const methods = this.#methods
    // Unless somebody else has put another one around it.
    if (methods.write === this.#onWrite) methods.write = this.#write
    if (methods.end === this.#onEnd) methods.end = this.#end
  }
}
