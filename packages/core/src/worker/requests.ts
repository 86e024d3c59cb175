import type { EventEmitter } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerResponse, IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2'
import type * as net from 'node:net'
import type { Duplex } from 'node:stream'
import { noteAnswer } from '../telemetry/routes/route-of.ts'
import { StreamAnswer } from './stream-answer.ts'
import { TunnelAnswer } from './tunnel-answer.ts'

/** What answers a request: of HTTP/1, a stream of HTTP/2, or the connection after CONNECT or an upgrade. */
export type Answer = ServerResponse | StreamAnswer | TunnelAnswer

/**
 * Called with each request before the app is.
 * @param body emits what comes of the request later, if more is to come.
 */
export type Begin = (answer: Answer, body: EventEmitter | undefined) => void

/**
 * Sees every request of a server, in whatever form it comes, without being one
 * of its listeners: a listener of 'request' switches HTTP/2 to its
 * compatibility layer, one of 'upgrade', 'connect' or 'checkContinue' takes
 * from Node what it does where there is none.
 *
 * It costs one comparison per event, and less than the listener did.
 */
export function observeRequests(server: net.Server, begin: Begin): void {
  const { emit } = server as unknown as { emit: Emit }
  server.emit = function (this: net.Server, name: string, ...event: unknown[]): boolean {
    if (name === 'request') beginRequest(begin, event[0] as IncomingMessage, event[1] as ServerResponse)
    else if (name !== 'connection') observeOther(begin, name, event)
    return emit.call(this, name, ...event)
  }
}

type Emit = (this: net.Server, name: string, ...args: unknown[]) => boolean

function beginRequest(begin: Begin, request: IncomingMessage, response: ServerResponse): void {
  // Of HTTP/2, it has begun as a stream.
  if (request.httpVersionMajor < 2) begin(response, hasBody(request) ? request : undefined)
  else noteAnswer((response as unknown as Http2ServerResponse).stream, response)
}

function observeOther(begin: Begin, name: string, [first, second]: unknown[]): void {
  switch (name) {
    case 'checkContinue':
    case 'checkExpectation':
      return beginRequest(begin, first as IncomingMessage, second as ServerResponse)
    case 'stream': {
      const stream = first as ServerHttp2Stream
      return begin(new StreamAnswer(stream, second as IncomingHttpHeaders), stream)
    }
    case 'connect':
    case 'upgrade': {
      const request = first as IncomingMessage
      if (request.httpVersionMajor < 2) begin(new TunnelAnswer(request, second as Duplex), undefined)
    }
  }
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined
}
