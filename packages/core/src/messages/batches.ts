import { type Message, sizeOf } from './message.ts'

/** In bytes, for each batch: what comes after it in the same channel, a connection say, waits no longer than that takes. */
const batchSize = 64 * 1024

/** In bytes. */
export const mostWaiting: number = 8 * 1024 ** 2

interface Waiting {
  message: Message
  size: number
  sent: (() => void) | undefined
}

/**
 * Sends messages in order, those of one turn of the event loop together, and
 * the next when the ones before have been sent. So a reader that does not read
 * has them wait here, where there is room for so many and no more.
 */
export class Batches {
  readonly #send: (batch: Message[], sent: () => void) => void
  #waiting: Waiting[] = []
  #size = 0
  #sending = false
  #scheduled = false

  /** @param send calls `sent` when the batch is in this process no more. */
  constructor(send: (batch: Message[], sent: () => void) => void) {
    this.#send = send
  }

  /**
   * @param sent called when it has been sent.
   * @returns whether there was room for it.
   */
  add(message: Message, sent?: () => void): boolean {
    const size = sizeOf(message)
    if (this.#size + size > mostWaiting) return false
    this.#size += size
    this.#waiting.push({ message, size, sent })
    this.#schedule()
    return true
  }

  /** Sends all that waits, at once: nothing can be sent later. */
  flush(): void {
    while (this.#waiting.length > 0) this.#sendNext()
  }

  #schedule(): void {
    if (this.#sending || this.#scheduled || this.#waiting.length === 0) return
    this.#scheduled = true
    setImmediate(() => {
      this.#scheduled = false
      if (this.#waiting.length > 0) this.#sendNext()
    })
  }

  #sendNext(): void {
    const batch = this.#takeBatch()
    this.#sending = true
    this.#send(
      batch.map(({ message }) => message),
      () => {
        this.#sending = false
        for (const { sent } of batch) sent?.()
        this.#schedule()
      },
    )
  }

  /** One message at least. */
  #takeBatch(): Waiting[] {
    let [count, size] = [0, 0]
    for (const next of this.#waiting) {
      if (count > 0 && size + next.size > batchSize) break
      count++
      size += next.size
    }
    this.#size -= size
    return this.#waiting.splice(0, count)
  }
}
