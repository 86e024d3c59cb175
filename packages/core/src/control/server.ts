import { unlinkSync } from 'node:fs'
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { ClusteredError } from '../errors.ts'
import type { Settings } from '../settings.ts'
import type { Entry } from '../primary/entry.ts'
import { formatAddress } from '../format-address.ts'
import { lostLog } from '../lost-log.ts'
import { usedMemory } from '../memory.ts'
import type { LogFiles } from '../primary/logs/log-files.ts'
import type { PrimaryCluster } from '../primary/primary-cluster.ts'
import { BadRequest } from './bad-request.ts'
import { readBody } from './body.ts'
import { insideRoutes } from './inside/routes.ts'
import { containerName } from './container.ts'
import { watchReloads } from './last-reload.ts'
import { defaultName } from './name.ts'
import { streamReload, toErrorInfo } from './reload-stream.ts'
import { Restarts } from './restarts.ts'
import { openSocket } from './socket.ts'
import type { LastReload, ProgramStatus } from './status.ts'

/** What a client may take up, so that none can make a difference to what the primary is for. */
const limits = {
  maxHeaderSize: 4096,
  /** In ms, as all of these. */
  headersTimeout: 5000,
  requestTimeout: 5000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 1000,
}
const mostConnections = 32

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/**
 * Lives in the primary: the owner's way to see and operate it, HTTP and JSON
 * over a unix socket. docs/control-socket.md describes what it speaks.
 */
export class ControlServer {
  readonly #cluster: PrimaryCluster
  readonly #settings: Settings
  readonly #entry: Entry
  readonly #logFiles: LogFiles
  readonly #name: string
  readonly #restarts: Restarts
  readonly #lastReload: () => LastReload | null
  readonly #server: Server
  readonly #startedAt = Date.now()
  readonly #container = containerName()

  constructor(cluster: PrimaryCluster, entry: Entry, settings: Settings, logFiles: LogFiles) {
    this.#cluster = cluster
    this.#settings = settings
    this.#entry = entry
    this.#logFiles = logFiles
    this.#name = settings.name ?? defaultName(entry.file)
    this.#restarts = new Restarts(cluster)
    this.#lastReload = watchReloads(cluster)
    this.#server = http.createServer(limits, (request, response) => void this.#answer(request, response))
    Object.assign(this.#routes, insideRoutes(cluster, answer))
    this.#server.maxConnections = mostConnections
  }

  /** A program that cannot be operated is still one that serves: a failure is only said. */
  async open(): Promise<void> {
    try {
      const socket = await openSocket(this.#server)
      this.#server.unref()
      this.#server.on('error', () => {})
      process.once('exit', () => remove(socket))
    } catch (error) {
      this.#settings.logger.warn(
        'control',
        `no control socket, so that the command 'clustered' does not see this program: ${(error as Error).message}`,
      )
    }
  }

  readonly #routes: Record<string, Handler> = {
    'GET /v1/program': (_request, response) => answer(response, 200, this.#status()),
    'POST /v1/reload': (_request, response) => streamReload(this.#cluster, response),
    'POST /v1/scale': (request, response) => this.#scale(request, response),
    'POST /v1/reopen-logs': async (_request, response) => {
      await this.#logFiles.reopen()
      answer(response, 200, this.#status())
    },
    'POST /v1/close': (_request, response) => {
      answer(response, 202, this.#status())
      this.#cluster.stop('control socket')
    },
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const handler = this.#routes[`${request.method} ${request.url}`]
      if (!handler)
        throw new BadRequest(
          404,
          `there is no ${request.method} ${request.url}. There is: ${Object.keys(this.#routes).join(', ')}`,
        )
      await handler(request, response)
    } catch (error) {
      if (response.headersSent) return void response.destroy()
      // What is left of the request is not waited for.
      response.shouldKeepAlive = false
      const known = error instanceof ClusteredError ? error : new BadRequest(500, (error as Error).message)
      answer(response, known instanceof BadRequest ? known.status : 422, { error: toErrorInfo(known) })
    }
  }

  async #scale(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { workers, by } = await readBody(request)
    const wanted = workers ?? (typeof by === 'number' ? this.#cluster.size + by : undefined)
    if (typeof wanted !== 'number') throw new BadRequest(400, 'scale takes { "workers": 4 } or { "by": -1 }')
    await this.#cluster.scale(wanted)
    answer(response, 200, this.#status())
  }

  #status(): ProgramStatus {
    const { state, generation, size, slots, bounds, balance, workers } = this.#cluster
    const address = this.#cluster.address()
    return {
      name: this.#name,
      pid: process.pid,
      state,
      entry: this.#entry.file,
      cwd: this.#entry.cwd,
      container: this.#container,
      version: process.version,
      startedAt: this.#startedAt,
      address: address === null ? null : formatAddress(address),
      balance,
      generation,
      slots: size,
      listen: this.#settings.listen,
      bounds,
      bySlot: slots,
      lastReload: this.#lastReload(),
      restarts: this.#restarts.count,
      drainTimeout: this.#settings.drainTimeout,
      shutdownDelay: this.#settings.shutdownDelay,
      primary: { rss: usedMemory().rss, lostLog: lostLog() },
      workers,
    }
  }
}

function answer(response: ServerResponse, status: number, body: object): void {
  const text = `${JSON.stringify(body)}\n`
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
  })
  response.end(text)
}

function remove(socket: string): void {
  try {
    unlinkSync(socket)
  } catch {
    // Gone already.
  }
}
