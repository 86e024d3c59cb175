import type { Writable } from 'node:stream'
import { EventBoundary } from './event-boundary.ts'
import type { Farewell } from './farewell.ts'
import { swallow, type Write, type Writing } from './late-writes.ts'

interface EventStreamOptions {
  /** For how long (in ms) nothing must have been written for an event to be taken for complete. */
  quiet: number
  /** It answers a request with a body, and may be no more than a long answer. */
  mayEnd: boolean
  /** What is sent is text; else silence, too, says where an event ends. */
  isPlain: boolean
  /** Called just before it is ended. */
  ending: () => void
}

/**
 * An answer of events that goes on: it is ended between two of them, as a
 * complete answer. What the app writes from then on goes nowhere, as it does
 * when the client has gone.
 */
export class EventStream implements Farewell {
  readonly #stream: Writable
  readonly #options: EventStreamOptions
  readonly #boundary = new EventBoundary()
  readonly #methods: Writing
  readonly #write: Writing['write']
  #writtenAt = performance.now()
  #isEnded = false
  /** Its turn has come. */
  #isDue = false

  constructor(stream: Writable, options: EventStreamOptions) {
    this.#stream = stream
    this.#options = options
    this.#methods = stream as unknown as Writing
    this.#write = this.#methods.write
    this.#methods.write = this.#onWrite
  }

  get mayEnd(): boolean {
    return this.#options.mayEnd
  }

  get isOver(): boolean {
    return this.#stream.destroyed
  }

  get hasLeft(): boolean {
    return this.#stream.writableFinished
  }

  say(isPatient: boolean): boolean {
    this.#isDue = true
    const isSilent = performance.now() - this.#writtenAt >= this.#options.quiet
    if (!isPatient || this.#isBetween || (this.#isBetween === undefined && isSilent)) this.#end()
    return this.#isEnded
  }

  /** Undefined if only silence can tell. */
  get #isBetween(): boolean | undefined {
    // What is compressed behind this is text here.
    return this.#options.isPlain || this.#boundary.isBetween ? this.#boundary.isBetween : undefined
  }

  readonly #onWrite = (...given: Write): boolean => {
    if (this.#isEnded) return swallow(given)
    const goesOn = Reflect.apply(this.#write, this.#stream, given)
    this.#writtenAt = performance.now()
    this.#boundary.follow(given[0], given[1])
    // Not at once: the app may have more to write in this turn.
    if (this.#isDue && this.#isBetween) setImmediate(() => this.#isBetween && this.#end())
    return goesOn
  }

  #end(): void {
    const stream = this.#stream
    if (this.#isEnded || stream.writableEnded || stream.destroyed) return void (this.#isEnded = true)
    this.#options.ending()
    try {
      // By what the app has put around it, such as compression.
      this.#methods.end()
    } catch {
      // It is cut with the rest.
    }
    this.#isEnded = true
    this.#methods.end = (...given) => {
      swallow(given)
      return stream
    }
    // A write that does not come through ours would be an error that nobody listens to.
    stream.on('error', () => {})
  }
}
