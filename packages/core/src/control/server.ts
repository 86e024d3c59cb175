import http, { type Server } from 'node:http'
import type { Log } from '../log.ts'
import { removeFile } from '../remove-file.ts'
import { mostReaders } from './live/stream.ts'
import { type Routes, serveRoute } from './routes.ts'
import { openSocket } from './socket.ts'

/** What a client may take up, so that none can make a difference to what the primary is for. */
const limits = {
  maxHeaderSize: 4096,
  /** In ms, as all of these. */
  headersTimeout: 5000,
  requestTimeout: 5000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 1000,
}

/** Whoever reads the live stream keeps one, and shall keep no other command out. */
const mostConnections = 32 + mostReaders

/** The file system lets in who owns the primary, and nobody else. */
const owner = { mayChange: true, by: 'control socket' }

/**
 * Lives in the primary: the owner's way to see and operate it, HTTP and JSON
 * over a unix socket. docs/reference/control-socket.md describes what it speaks.
 */
export class ControlServer {
  readonly #log: Log
  readonly #server: Server

  constructor(routes: Routes, log: Log) {
    this.#log = log
    this.#server = http.createServer(
      limits,
      (request, response) => void serveRoute(routes, request, response, owner),
    )
    this.#server.maxConnections = mostConnections
  }

  /** A program that cannot be operated is still one that serves: a failure is only said. */
  async open(): Promise<void> {
    try {
      const socket = await openSocket(this.#server)
      this.#server.unref()
      this.#server.on('error', () => {})
      process.once('exit', () => removeFile(socket))
    } catch (error) {
      this.#log.warn(
        'control',
        `no control socket, so that the command 'clustered' does not see this program: ${(error as Error).message}`,
      )
    }
  }
}
