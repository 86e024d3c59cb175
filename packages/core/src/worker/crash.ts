import { AsyncLocalStorage } from 'node:async_hooks'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type net from 'node:net'
import { inspect } from 'node:util'

/**
 * What happens to an error that nobody has caught. An app that handles
 * 'uncaughtException' itself decides, as in Node; the rest is about apps that
 * do not.
 */
export class Crash {
  /** The request that the code running now was started by. */
  readonly #response = new AsyncLocalStorage<ServerResponse>()
  readonly #tell: (error: unknown, contained: boolean) => void
  #containing = false

  /** @param tell called with each error; `contained` if the process lives on for now. */
  constructor(tell: (error: unknown, contained: boolean) => void) {
    this.#tell = tell
    process.on('uncaughtExceptionMonitor', (error: unknown) => {
      if (!this.#appDecides()) this.#tell(error, this.#containing)
    })
  }

  /**
   * From now on such an error ends the request that caused it, with a 500, and
   * not the others: the process lives on until it ends itself.
   *
   * Per request it costs one listener that notes the response in the async
   * context, and where the request has a body, a look at its events.
   */
  contain(server: net.Server): void {
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) => {
      this.#response.enterWith(response)
      if (hasBody(request)) this.#followBody(request, response)
    })
    if (this.#containing) return
    this.#containing = true
    process.on('uncaughtException', (error) => {
      if (this.#appDecides()) return
      // As Node does before it ends the process.
      console.error(error instanceof Error ? error : `Uncaught ${inspect(error)}`)
      const response = this.#response.getStore()
      if (response) failRequest(response)
    })
  }

  /** Since Node 24, what a body's later parts call is not in the context of the request. */
  #followBody(request: IncomingMessage, response: ServerResponse): void {
    const emit = request.emit.bind(request) as (...args: unknown[]) => boolean
    request.emit = (...args: unknown[]) => {
      // Not `run`, whose context is gone when an error has been thrown through it.
      this.#response.enterWith(response)
      return emit(...args)
    }
  }

  /** The request that the code running now was started by, such as `GET /`, if it is known. */
  get request(): string | undefined {
    const request = this.#response.getStore()?.req
    return request && `${request.method} ${request.url}`
  }

  #appDecides(): boolean {
    return process.listenerCount('uncaughtException') > (this.#containing ? 1 : 0)
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}

/** Whatever it was doing, it will not finish. */
function failRequest(response: ServerResponse): void {
  if (response.writableEnded) return
  if (response.headersSent) return void response.destroy()
  for (const name of response.getHeaderNames()) response.removeHeader(name)
  const connection = response.req.httpVersionMajor === 1 ? { Connection: 'close' } : {}
  response.writeHead(500, { 'Content-Type': 'text/plain', ...connection })
  response.end('Internal Server Error\n')
}
