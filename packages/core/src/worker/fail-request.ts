import { OutgoingMessage, ServerResponse } from 'node:http'
import type { Http2ServerResponse, ServerHttp2Stream } from 'node:http2'
import net from 'node:net'

type Method = (this: unknown, ...args: unknown[]) => unknown

/**
 * Node's own, from before the app was loaded: compression, sessions and the
 * like put theirs in the place of these, and may be what has failed.
 */
const nodes = (of: object, name: string): Method => Reflect.get(of, name) as Method
const setHeader = nodes(OutgoingMessage.prototype, 'setHeader')
const removeHeader = nodes(OutgoingMessage.prototype, 'removeHeader')
const writeHead = nodes(ServerResponse.prototype, 'writeHead')
const end = nodes(ServerResponse.prototype, 'end')
const destroy = nodes(net.Socket.prototype, 'destroy')

const status = 500
const body = 'Internal Server Error\n'
const headers = { 'Content-Type': 'text/plain', 'Content-Length': String(Buffer.byteLength(body)) }

/**
 * Answers a request that will not be finished, whatever it was doing: with a
 * 500 or, if its answer has begun, by cutting it. Throws nothing.
 */
export function failRequest(response: ServerResponse): void {
  try {
    if (response.writableEnded) return
    if (response.headersSent) cut(response)
    else if (isHttp2(response)) failStream(response.stream)
    else answer(response)
  } catch {
    cut(response)
  }
}

/**
 * Does so in the next turn of the event loop, if the app has not begun to
 * answer by then. An answer that has begun goes on.
 */
export function failUnlessAnswered(response: ServerResponse): void {
  if (response.headersSent) return
  setImmediate(() => {
    if (!response.headersSent) failRequest(response)
  })
}

function answer(response: ServerResponse): void {
  for (const name of response.getHeaderNames()) removeHeader.call(response, name)
  // Not with `writeHead`, which passes them to the `setHeader` of the app.
  for (const [name, value] of Object.entries({ ...headers, Connection: 'close' }))
    setHeader.call(response, name, value)
  writeHead.call(response, status, 'Internal Server Error')
  if (response.req.method === 'HEAD') end.call(response)
  else end.call(response, body)
}

function failStream(stream: ServerHttp2Stream): void {
  stream.respond({ ':status': status, ...headers })
  stream.end(body)
}

function cut(response: ServerResponse): void {
  try {
    if (isHttp2(response)) response.stream.destroy()
    else if (response.socket) destroy.call(response.socket)
  } catch {
    // There is nothing left to try.
  }
}

function isHttp2(response: unknown): response is Http2ServerResponse {
  return (response as Http2ServerResponse).stream !== undefined
}
