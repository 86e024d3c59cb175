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

  /** @param tell of `onEvent(name, data)`, `onOpen()`, `onLost({ retryAt, reason })` and `onRefused()`. */
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
    let reason = 'the stream has ended'
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
      if (!response.ok) throw new Error(`the answer was ${response.status}`)
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
      const unheard = error instanceof TypeError ? 'the program does not answer' : error.message
      reason = attempt.signal.reason === 'silence' ? 'nothing comes any more' : unheard
    }
    if (this.#attempt !== attempt) return
    const wait = Math.min(longestWait, 500 * 2 ** this.#failures++)
    this.#timer = setTimeout(() => this.connect(), wait)
    this.tell.onLost({ retryAt: Date.now() + wait, reason })
  }
}

/** @returns what takes the pieces of an event stream, and calls back with each event's name and its JSON. */
export function eventParser(onEvent) {
  let rest = ''
  let name = 'message'
  let data = []
  return (piece) => {
    const lines = (rest + piece).split(/\r\n|\n|\r(?!$)/)
    rest = lines.pop()
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) onEvent(name, JSON.parse(data.join('\n')))
        name = 'message'
        data = []
      } else if (line.startsWith('event:')) name = line.slice(6).trim()
      else if (line.startsWith('data:')) data.push(line.slice(5).replace(/^ /, ''))
    }
  }
}
