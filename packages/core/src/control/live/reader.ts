import type { ServerResponse } from 'node:http'

/** In bytes, more or less: with so much unread beside the beginning, a reader is told nothing more. */
const mostUnread = 256 * 1024

/** How long (in ms) one that does not read may keep its place. */
const patience = 60_000

/**
 * Whoever reads the stream. What is kept for one that reads slowly has a bound:
 * it misses what comes then, and hears how all is once it has read the rest.
 */
export class Reader {
  readonly #response: ServerResponse
  readonly #beginning: () => string
  /** In bytes. */
  #most = 0
  #behind = false
  #giveUp: NodeJS.Timeout | undefined

  /** @param beginning what makes up for all that was missed. */
  constructor(response: ServerResponse, beginning: () => string) {
    this.#response = response
    this.#beginning = beginning
    response.once('close', () => clearTimeout(this.#giveUp))
    this.#begin()
  }

  tell(text: string): void {
    if (this.#behind) return
    if (this.#response.writableLength > this.#most) return this.#wait()
    this.#response.write(text)
  }

  end(): void {
    this.#response.end()
  }

  #begin(): void {
    const text = this.#beginning()
    this.#most = text.length + mostUnread
    this.#response.write(text)
  }

  #wait(): void {
    this.#behind = true
    const response = this.#response
    this.#giveUp = setTimeout(() => response.destroy(), patience).unref()
    response.once('drain', () => {
      clearTimeout(this.#giveUp)
      this.#behind = false
      this.#begin()
    })
  }
}
