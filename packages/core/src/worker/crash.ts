import { AsyncLocalStorage } from 'node:async_hooks'
import type { EventEmitter } from 'node:events'
import { ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import type { Answer } from './requests.ts'

/**
 * What happens to an error that nobody has caught. An app that handles
 * 'uncaughtException' itself decides, as in Node; the rest is about apps that
 * do not.
 */
export class Crash {
  /** The request that the code running now was started by. */
  readonly #answer = new AsyncLocalStorage<Answer>()
  readonly #tell: (error: unknown, contained: boolean) => void
  #containing = false

  /** @param tell called with each error; `contained` if the process lives on for now. */
  constructor(tell: (error: unknown, contained: boolean) => void) {
    this.#tell = tell
    process.on('uncaughtExceptionMonitor', (error: unknown) => {
      if (!this.#appDecides()) this.#tell(error, this.#containing)
    })
  }

  /** Called with each request: what runs from here on is started by it. */
  readonly begin = (answer: Answer, body: EventEmitter | undefined): void => {
    this.#answer.enterWith(answer)
    if (body) this.#follow(body, answer)
  }

  /**
   * From now on such an error ends the request that caused it, with a 500, and
   * not the others: the process lives on until it ends itself.
   *
   * Per request it costs a note in the async context, and where the request
   * has a body, a look at its events.
   */
  contain(): void {
    if (this.#containing) return
    this.#containing = true
    process.on('uncaughtException', (error) => {
      if (this.#appDecides()) return
      // As Node does before it ends the process.
      console.error(error instanceof Error ? error : `Uncaught ${inspect(error)}`)
      const answer = this.#answer.getStore()
      if (answer instanceof ServerResponse) failRequest(answer)
      else answer?.fail()
    })
  }

  /** Since Node 24, what a body's later parts call is not in the context of the request. */
  #follow(body: EventEmitter, answer: Answer): void {
    const emit = body.emit.bind(body) as (...args: unknown[]) => boolean
    body.emit = (...args: unknown[]) => {
      // Not `run`, whose context is gone when an error has been thrown through it.
      this.#answer.enterWith(answer)
      return emit(...args)
    }
  }

  /** The request that the code running now was started by, such as `GET /`, if it is known. */
  get request(): string | undefined {
    const answer = this.#answer.getStore()
    if (!(answer instanceof ServerResponse)) return answer?.request
    return `${answer.req.method} ${answer.req.url}`
  }

  #appDecides(): boolean {
    return process.listenerCount('uncaughtException') > (this.#containing ? 1 : 0)
  }
}

/** Whatever it was doing, it will not finish. */
function failRequest(response: ServerResponse): void {
  if (response.writableEnded) return
  if (response.headersSent) return void response.destroy()
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  response.writeHead(500, { 'Content-Type': 'text/plain', Connection: 'close' })
  response.end('Internal Server Error\n')
}
