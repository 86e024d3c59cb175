import type { ClientHttp2Session } from 'node:http2'
import { connect } from '../../support/http2-client.ts'

/** The last stream of a GOAWAY that refuses none. */
const highest = 2 ** 31 - 1

/** Sessions of HTTP/2, one at a time: the next one is made when the server has said GOAWAY. */
export class Sessions {
  readonly #protocol: string
  readonly #port: number
  #session: ClientHttp2Session | undefined
  /** Of the last GOAWAY. */
  #last: number | undefined

  constructor(protocol: string, port: number) {
    this.#protocol = protocol
    this.#port = port
  }

  /**
   * Sends one request. One that the client has refused by itself, as it read
   * the notice of a GOAWAY before it had sent that, goes to the next session.
   */
  async ask<Answer>(send: (session: ClientHttp2Session) => Promise<Answer>): Promise<Answer> {
    try {
      return await send(this.#current())
    } catch (error) {
      const isRefused = (error as Error).message.includes('REFUSED_STREAM')
      if (isRefused && this.#last === highest) return send(this.#current())
      throw error
    }
  }

  #current(): ClientHttp2Session {
    if (this.#session && !this.#session.closed && !this.#session.destroyed) return this.#session
    const session = connect(this.#protocol, this.#port)
    // It is there for as long as it has a request.
    session.unref()
    this.#session = session
    this.#last = undefined
    session.on('goaway', (_, last: number) => (this.#last = last))
    return session
  }
}
