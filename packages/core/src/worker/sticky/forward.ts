import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import { leaveToSibling } from '../begun.ts'
import { endToEnd } from './headers.ts'
import { peerHeader, peerOf } from './peer.ts'
import type { SiblingAgent } from './sibling-agent.ts'

/** How long (in ms) it takes until a sibling is tried again whose queue is full. */
const retryAfter = 50

/** What may be sent on a connection that the sibling is about to close: sent again, it does no harm. */
const harmless = new Set(['GET', 'HEAD', 'OPTIONS'])

/** Those of which Node takes none for one whose body has an unknown length. */
const bodiless = new Set([...harmless, 'DELETE', 'TRACE', 'CONNECT'])

export interface Way {
  /** Where the sibling listens. */
  readonly socketPath: string
  readonly kept: SiblingAgent
  readonly fresh: SiblingAgent
}

/**
 * Has a sibling answer a request, and passes on what comes of either side.
 *
 * @param here serves it here, as the sibling is not there any more. Nothing of its body has been read then.
 * @param report called when a sibling cannot be reached though it may be there.
 */
export function forward(
  request: IncomingMessage,
  response: ServerResponse,
  way: Way,
  here: () => void,
  report: (error: Error) => void,
): void {
  const { method = 'GET' } = request
  const bodied = hasBody(request)
  const headers = headersOf(request, bodied)
  const isHarmless = !bodied && harmless.has(method)
  let out: http.ClientRequest
  let answer: IncomingMessage | undefined
  let countHere = (): void => {}

  const send = (agent: SiblingAgent): void => {
    let connected = false
    out = http.request({
      agent,
      socketPath: way.socketPath,
      method,
      path: request.url,
      headers,
      setHost: false,
    })
    out.once('socket', (socket) => {
      // A body is read once there is somebody to have it: until then, the request can still be served here.
      const begin = (): void => {
        connected = true
        countHere = leaveToSibling(response)
        if (bodied) passBody(request, out)
        else out.end()
      }
      if (socket.connecting) socket.once('connect', begin)
      else begin()
    })
    out.on('continue', () => response.writeContinue())
    out.on('information', ({ statusCode, headers: { link } }) => {
      if (statusCode === 103 && link) response.writeEarlyHints({ link })
    })
    out.once('response', (incoming) => {
      answer = incoming
      passAnswer(incoming, request, response, out)
    })
    out.on('error', (error: NodeJS.ErrnoException) => {
      if (answer || response.destroyed) return
      countHere()
      if (connected && out.reusedSocket && isHarmless) send(way.fresh)
      else if (connected) fail(response)
      else if (error.code === 'EAGAIN') setTimeout(() => response.destroyed || send(agent), retryAfter)
      else {
        if (error.code !== 'ENOENT' && error.code !== 'ECONNREFUSED') report(error)
        here()
      }
    })
  }

  send(isHarmless ? way.kept : way.fresh)
  response.once('close', () => {
    if (!response.writableFinished) out.destroy()
  })
}

function hasBody({ headers }: IncomingMessage): boolean {
  return Number(headers['content-length']) > 0 || headers['transfer-encoding'] !== undefined
}

function headersOf(request: IncomingMessage, bodied: boolean): string[] {
  const { headers, method = 'GET' } = request
  const own = [peerHeader, peerOf(request)]
  if (!bodied && !bodiless.has(method) && headers['content-length'] === undefined)
    own.push('Content-Length', '0')
  return [...own, ...endToEnd(request.rawHeaders)]
}

function passBody(request: IncomingMessage, out: http.ClientRequest): void {
  request.once('end', () => {
    const { rawTrailers } = request
    if (rawTrailers.length > 0) out.addTrailers(pairs(rawTrailers))
    out.end()
  })
  request.pipe(out, { end: false })
}

function passAnswer(
  answer: IncomingMessage,
  request: IncomingMessage,
  response: ServerResponse,
  out: http.ClientRequest,
): void {
  // The sibling has decided whether there is one.
  response.sendDate = false
  const headers = endToEnd(answer.rawHeaders)
  response.writeHead(answer.statusCode!, answer.statusMessage, withoutEncoding(headers))
  answer.pipe(response, { end: false })
  answer.once('end', () => {
    if (answer.rawTrailers.length > 0) response.addTrailers(pairs(answer.rawTrailers))
    response.end()
    // It has been answered before it was all there.
    if (!request.complete) {
      request.unpipe(out)
      request.resume()
    }
  })
  // It ends too early, for whatever reason: the client is to notice.
  answer.on('error', () => {})
  answer.once('close', () => {
    if (!answer.complete) response.destroy()
  })
  // An event stream begins with its head alone.
  setImmediate(() => {
    if (!response.writableEnded && !response.destroyed) response.flushHeaders()
  })
}

/** Each hop chooses its own. */
function withoutEncoding(rawHeaders: string[]): string[] {
  const at = rawHeaders.findIndex(
    (name, index) => index % 2 === 0 && name.toLowerCase() === 'transfer-encoding',
  )
  if (at >= 0) rawHeaders.splice(at, 2)
  return rawHeaders
}

function pairs(raw: readonly string[]): [string, string][] {
  return raw.flatMap((name, index) => (index % 2 === 0 ? [[name, raw[index + 1]!] as [string, string]] : []))
}

/** The sibling has died of it, or with it. */
function fail(response: ServerResponse): void {
  if (response.headersSent) return void response.destroy()
  response.writeHead(502, { 'Content-Type': 'text/plain', Connection: 'close' }).end('Bad Gateway\n')
}
