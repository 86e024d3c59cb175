import { eventParser } from './event-parser.js'
import { authorization } from './token.js'

/** A second brings an event. After this long (in ms) without one, the connection is taken for dead. */
const silence = 5000
const longestWait = 10_000

/**
 * Follows an event stream for as long as the page is open. It is read by fetch,
 * since an EventSource sends no token.
 */
export class Stream {
  #attempt
  #timer
  #failures = 0

  /** @param tell of `onEvent(name, data)`, `onOpen()`, `onLost({ retryAt, reason, isAnswered })` and `onRefused()`. */
  constructor(url, tell) {
    this.url = url
    this.tell = tell
    addEventListener('online', () => this.connect())
    document.addEventListener('visibilitychange', () => {
      if (!document.hidden && this.#timer) this.connect()
    })
    this.connect()
  }

  /** At once, whatever was there before: with the token that is known now. */
  connect() {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#attempt?.abort()
    this.#attempt = new AbortController()
    void this.#follow(this.#attempt)
  }

  async #follow(attempt) {
    let reason = 'The stream has ended.'
    let isAnswered = false
    try {
      const stop = attempt.signal
      let watch = setTimeout(() => attempt.abort('silence'), silence)
      const response = await fetch(this.url, {
        headers: { Accept: 'text/event-stream', ...authorization() },
        cache: 'no-store',
        signal: stop,
      })
      if (response.status === 401) {
        clearTimeout(watch)
        this.tell.onRefused()
        return
      }
      if (!response.ok) throw await refusalOf(response)
      const parse = eventParser((name, data) => {
        if (this.#attempt !== attempt) return
        if (name === 'program') {
          this.#failures = 0
          this.tell.onOpen()
        }
        this.tell.onEvent(name, data)
      })
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader()
      for (;;) {
        const { done, value } = await reader.read()
        clearTimeout(watch)
        if (done) break
        parse(value)
        watch = setTimeout(() => attempt.abort('silence'), silence)
      }
    } catch (error) {
      // What a browser says of the network says little: 'Failed to fetch'.
      isAnswered = error instanceof Refusal
      const unheard = error instanceof TypeError ? 'Nobody answers.' : error.message
      reason = attempt.signal.reason === 'silence' ? 'Nothing comes any more.' : unheard
    }
    if (this.#attempt !== attempt) return
    const wait = Math.min(longestWait, 500 * 2 ** this.#failures++)
    this.#timer = setTimeout(() => this.connect(), wait)
    this.tell.onLost({ retryAt: Date.now() + wait, reason, isAnswered })
  }
}

/** Somebody is there, and says why there is nothing to show. */
class Refusal extends Error {}

async function refusalOf(response) {
  try {
    return new Refusal((await response.json()).error.message)
  } catch {
    return new Refusal(`The answer was ${response.status}.`)
  }
}
