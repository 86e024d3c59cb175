import type { IncomingMessage, ServerResponse } from 'node:http'
import type net from 'node:net'

const requestEvents = new Set<unknown>(['request', 'checkContinue', 'checkExpectation'])

type RequestEvent = [event: string, request: IncomingMessage, response: ServerResponse]

/**
 * From now on each answer says `Connection: close`, so that its client sends
 * the next request elsewhere. Of pipelined requests only the last answer says
 * so: the connection ends with the answer that does, and the requests behind
 * it would be lost. To know the last, requests are held until all that was
 * read in one go has been parsed.
 *
 * HTTP/2 says the same with a GOAWAY.
 */
export function answerWithClose(server: net.Server): void {
  const emit = (event: unknown[]): boolean => original.apply(server, event as never)
  const original = server.emit
  const held = new Map<net.Socket, RequestEvent[]>()

  const release = (socket: net.Socket): void => {
    const events = held.get(socket) ?? []
    held.delete(socket)
    const last = events.at(-1)
    for (const event of events) {
      const [, , response] = event
      if (event === last && !response.headersSent) response.setHeader('Connection', 'close')
      emit(event)
    }
  }

  server.emit = function (...args: unknown[]): boolean {
    const [name, request] = args as RequestEvent
    if (!requestEvents.has(name) || request.httpVersionMajor >= 2) return emit(args)
    const { socket } = request
    const events = held.get(socket)
    if (events) events.push(args as RequestEvent)
    else {
      held.set(socket, [args as RequestEvent])
      setImmediate(release, socket)
    }
    return true
  }
}
