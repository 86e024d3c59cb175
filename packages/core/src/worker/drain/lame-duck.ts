import type { IncomingMessage, ServerResponse } from 'node:http'
import type * as net from 'node:net'
import { endConnectionAfter, lastRequestOn, onLeavingHead } from '../../node-internals/http1-answers.ts'
import { serverOf } from '../../node-internals/http1-connections.ts'
import { withClose } from './with-close.ts'

const requestEvents = new Set<unknown>(['request', 'checkContinue', 'checkExpectation'])

const lameDucks = new WeakSet<net.Server>()
let watching = false

/**
 * From now on each answer says `Connection: close`, so that its client sends
 * the next request elsewhere. That is decided when its head leaves, and is all
 * that changes in it: a header that is set before the app runs makes Node read
 * the app's own headers in another way, and apps remove or replace it.
 *
 * Of pipelined requests only the last answer says so: the connection ends with
 * the answer that does, and the requests behind it would be lost.
 *
 * HTTP/2 says the same with a GOAWAY.
 */
export function answerWithClose(server: net.Server): void {
  if (lameDucks.has(server)) return
  lameDucks.add(server)
  holdUntilAllIsParsed(server)
  if (watching) return
  watching = true
  onLeavingHead((head) => {
    const { response, text } = head
    const { req: request } = response
    const { socket } = request
    if (lastRequestOn(socket) !== request || !lameDucks.has(serverOf(socket)!)) return
    const closing = withClose(text)
    // The connection is not of HTTP any more.
    if (closing === undefined) return
    if (closing !== text) head.replace(closing)
    endConnectionWith(response)
  })
}

/**
 * Which answer is the last is known when all that was read in one go has been
 * parsed. Each request has a turn of its own, so that one that throws leaves
 * those behind it alone.
 */
function holdUntilAllIsParsed(server: net.Server): void {
  const emit = server.emit as (...event: unknown[]) => boolean
  server.emit = function (...event: unknown[]): boolean {
    const [name, request] = event as [string, IncomingMessage]
    if (!requestEvents.has(name) || request.httpVersionMajor >= 2) return emit.apply(server, event)
    setImmediate(() => emit.apply(server, event))
    return true
  }
}

/** While the client sends, Node's own end would reset the answer that it has not read. */
function endConnectionWith(response: ServerResponse): void {
  if (response.req.complete) endConnectionAfter(response)
  else endAfterRequest(response)
}

/** The rest of the request is read, as it is where the connection is kept. */
function endAfterRequest(response: ServerResponse): void {
  const { req: request } = response
  const { socket } = request
  const end = (): void => {
    const last = lastRequestOn(socket)
    if (last === undefined || last === request) socket.destroySoon()
  }
  response.once('finish', () => {
    if (request.complete) end()
    else request.once('close', end)
  })
}
