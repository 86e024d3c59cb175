import type { OutgoingHttpHeaders, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import type * as net from 'node:net'
import { headOf, responseOn } from '../../node-internals/http1-answers.ts'
import { streamsOf } from '../../node-internals/http2.ts'
import { EventStream } from './event-stream.ts'
import type { Farewell, Farewells } from './farewell.ts'
import type { Ledger } from './ledger.ts'

/** The event streams of a server, of HTTP/1 and HTTP/2. */
export class EventStreams implements Farewells {
  readonly #ledger: Ledger
  readonly #known = new WeakSet<ServerResponse | ServerHttp2Stream>()

  constructor(ledger: Ledger) {
    this.#ledger = ledger
  }

  *find(quiet: number): Iterable<Farewell> {
    for (const socket of this.#ledger.streams) {
      const response = responseOn(socket)
      if (!response || this.#known.has(response)) continue
      const head = response.writableEnded ? undefined : headOf(response)
      if (!head) continue
      // Its head does not change.
      this.#known.add(response)
      const ending = (): void => endConnection(socket, response)
      const mayEnd = !['GET', 'HEAD'].includes(response.req.method!)
      if (isEventStream(head))
        yield new EventStream(response, { quiet, mayEnd, isPlain: isPlain(head), ending })
    }
    for (const session of this.#ledger.sessions)
      for (const stream of streamsOf(session)) {
        if (this.#known.has(stream) || !stream.headersSent || stream.writableEnded) continue
        this.#known.add(stream)
        const head = asHead(stream.sentHeaders)
        const mayEnd = !stream.endAfterHeaders
        if (isEventStream(head))
          yield new EventStream(stream, { quiet, mayEnd, isPlain: isPlain(head), ending() {} })
      }
  }
}

/**
 * For how long (in ms) the connection stays after an answer that did not say that it ends: a client that has
 * waited for it sends its next request at once, and is answered.
 */
const linger = 500

/** The client would come back on it, to a worker that leaves. Unless it moves, it ends. */
function endConnection(socket: net.Socket, response: ServerResponse): void {
  response.once('finish', () => {
    const { bytesRead } = socket
    setTimeout(() => {
      // What has come since is answered, and says that the connection ends.
      if (socket.bytesRead === bytesRead && !responseOn(socket)) socket.destroy()
    }, linger).unref()
  })
}

/** One that is to end when it has its length is no stream of events that goes on. */
export function isEventStream(head: string): boolean {
  return (
    /^content-type:[ \t]*text\/event-stream[ \t]*(?:;|$)/im.test(head) && !/^content-length:/im.test(head)
  )
}

/** Not compressed. */
function isPlain(head: string): boolean {
  return !/^content-encoding:[ \t]*(?!identity)\S/im.test(head)
}

/** The headers of HTTP/2, their names as the app has written them, in the form of HTTP/1. */
export function asHead(headers: OutgoingHttpHeaders): string {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .join('\r\n')
}
