import http, { type IncomingMessage, type ServerResponse } from 'node:http'
import type * as net from 'node:net'
import { parserOf } from './http1-connections.ts'

/** What `http.ServerResponse` keeps of its head. */
interface Outgoing extends ServerResponse {
  /** The whole head with its empty line, from the moment that the headers are settled. */
  _header: string | null
  /** It has been written, or is the beginning of `outputData`. */
  _headerSent: boolean
  /** The connection ends with this response. */
  _last: boolean
  /** What waits for the responses before it, on a connection with pipelined requests. */
  outputData: { data: unknown }[]
  _send: (this: Outgoing, ...args: unknown[]) => boolean
  _flush: (this: Outgoing) => void
}

/** A head that is about to be written to its connection. */
export interface LeavingHead {
  readonly response: ServerResponse
  readonly text: string
  /** Has the connection end with this response. */
  replace(text: string): void
  /** Node ends the connection as soon as the response has been written. */
  endConnection(): void
}

/**
 * Called with every head of HTTP/1 that leaves this process as an answer, from
 * now on, at the last moment at which it can be changed: just before it is
 * written, however the app has made it.
 */
export function onLeavingHead(look: (head: LeavingHead) => void): void {
  const prototype = http.OutgoingMessage.prototype as Outgoing
  const { _send: send, _flush: flush } = prototype
  prototype._send = function (...args) {
    // A response that waits for others is seen when its turn comes.
    if (!this._headerSent && this._header && isCurrent(this)) look(leavingHead(this))
    return send.apply(this, args)
  }
  prototype._flush = function () {
    if (this._headerSent && this._header && isCurrent(this) && waitingHead(this)) look(leavingHead(this))
    flush.call(this)
  }
}

/** The response whose turn it is on its connection. Requests of a client have no `req`. */
function isCurrent(response: Outgoing): boolean {
  const { socket } = response
  return Boolean(socket && response.req) && responseOn(socket!) === response
}

function waitingHead({ outputData, _header }: Outgoing): { data: string } | undefined {
  return outputData.find(({ data }) => typeof data === 'string' && data.startsWith(_header!)) as
    | { data: string }
    | undefined
}

function leavingHead(response: Outgoing): LeavingHead {
  return {
    response,
    text: response._header!,
    replace(text) {
      const waiting = response._headerSent ? waitingHead(response) : undefined
      if (waiting) waiting.data = text + waiting.data.slice(response._header!.length)
      response._header = text
    },
    endConnection: () => endConnectionAfter(response),
  }
}

/** Node ends the connection of HTTP/1 as soon as the response has been written. */
export function endConnectionAfter(response: ServerResponse): void {
  ;(response as Outgoing)._last = true
}

/** The head of a response of HTTP/1, however it was given, once it has been. */
export function headOf(response: ServerResponse): string | undefined {
  return (response as Outgoing)._header ?? undefined
}

/** The response whose turn it is on a connection of HTTP/1; on one that this process has opened, the request. */
export function responseOn(socket: net.Socket): ServerResponse | undefined {
  return (socket as { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined
}

/**
 * The last request that has been read from a connection of HTTP/1, until it
 * has been answered. None if the connection has been upgraded since.
 */
export function lastRequestOn(socket: net.Socket): IncomingMessage | undefined {
  return parserOf(socket)?.incoming ?? undefined
}
