import { OutgoingMessage, ServerResponse } from 'node:http'
import net from 'node:net'
import { lastRequestOn } from '../node-internals/http1-answers.ts'
import type { Answer } from './requests.ts'

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
 * Ends a request that will not be finished, whatever it was doing: with a 500
 * or, if its answer has begun, by cutting it. Throws nothing.
 */
export function fail(answer: Answer): void {
  try {
    if (answer instanceof ServerResponse) failResponse(answer)
    else answer.fail()
  } catch {
    if (answer instanceof ServerResponse) cut(answer)
  }
}

/**
 * Does so in the next turn of the event loop, if the app has not begun to
 * answer by then. An answer that has begun goes on.
 */
export function failUnlessBegun(answer: Answer): void {
  if (hasBegun(answer)) return
  setImmediate(() => {
    if (!hasBegun(answer)) fail(answer)
  })
}

function hasBegun(answer: Answer): boolean {
  return answer instanceof ServerResponse ? answer.headersSent : answer.hasBegun
}

function failResponse(response: ServerResponse): void {
  if (response.writableEnded) return
  if (response.headersSent) return cut(response)
  for (const name of response.getHeaderNames()) removeHeader.call(response, name)
  // Not with `writeHead`, which passes them to the `setHeader` of the app.
  for (const [name, value] of Object.entries(headers)) setHeader.call(response, name, value)
  // Requests that were sent behind it are answered.
  const { req, socket } = response
  if (!socket || lastRequestOn(socket) === req) setHeader.call(response, 'Connection', 'close')
  writeHead.call(response, status, 'Internal Server Error')
  if (req.method === 'HEAD') end.call(response)
  else end.call(response, body)
}

function cut({ socket }: ServerResponse): void {
  try {
    if (socket) destroy.call(socket)
  } catch {
    // There is nothing left to try.
  }
}
