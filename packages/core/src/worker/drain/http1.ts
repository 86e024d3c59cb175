import { EventEmitter } from 'node:events'
import type { Server as HttpServer } from 'node:http'
import type * as net from 'node:net'
import { responseOn } from '../../node-internals/http1-answers.ts'
import { runtime } from '../../runtime.ts'
import { isSecure } from '../server-kind.ts'
import { answerWithClose } from './lame-duck.ts'
import type { Ledger } from './ledger.ts'

/** Has each connection of HTTP/1 end with its next answer, or by the server's own keep-alive timeout. */
export class Http1Drainer {
  readonly #ledger: Ledger

  constructor(ledger: Ledger) {
    this.#ledger = ledger
    keepIdle(ledger.server)
  }

  /** @param delay how long (in ms) connections are still kept. */
  start(delay: number): void {
    const { server } = this.#ledger
    if (delay > 0) setTimeout(answerWithClose, delay, server).unref()
    else answerWithClose(server)
  }

  /**
   * There is no time left for the keep-alive timeout.
   *
   * http-terminator is loaded when it is needed, and given connections only: on a server it
   * would listen for requests, which turns HTTP/2 into another protocol, and in
   * answers it would set a header before the app does.
   */
  async closeIdle(): Promise<void> {
    const sockets = new EventEmitter() as HttpServer
    sockets.close = (callback) => {
      callback?.()
      return sockets
    }
    try {
      const { createHttpTerminator } = require('http-terminator') as typeof import('http-terminator')
      const terminator = createHttpTerminator({ server: sockets, gracefulTerminationTimeout: 0 })
      const event = isSecure(this.#ledger.server) ? 'secureConnection' : 'connection'
      for (const socket of this.#ledger.streams)
        if (isOfHttp1(socket) && !responseOn(socket)) sockets.emit(event, socket)
      await terminator.terminate()
    } catch {
      // The files of a release may be gone by the time it leaves.
    }
  }
}

/**
 * `http.Server#close` cuts what is idle, and a request may be on its way there:
 * if the app closes a server that is about to drain, in `onDrain`, say, nothing is.
 */
function keepIdle(server: net.Server & Partial<Pick<HttpServer, 'closeIdleConnections'>>): void {
  const { closeIdleConnections } = server
  if (!closeIdleConnections) return
  server.closeIdleConnections = () => {
    if (!runtime().lifecycle?.isEnding) closeIdleConnections.call(server)
  }
}

/** Not one of HTTP/2, nor one that has been upgraded. */
export function isOfHttp1(socket: net.Socket): boolean {
  return Boolean((socket as { parser?: unknown }).parser)
}
