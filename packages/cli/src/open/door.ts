import { once } from 'node:events'
import http, { type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pageFile, pageHeaders } from '@clustered/core/control'
import { CliError } from '../errors.ts'
import { toJsonText } from '../plain.ts'
import { Guard } from './guard.ts'
import type { Offer } from './offer.ts'
import { passOn } from './pass-on.ts'

const host = '127.0.0.1'

/** Anybody on this machine can connect. In ms, where they are times. */
const limits = {
  maxHeaderSize: 16_384,
  headersTimeout: 5000,
  requestTimeout: 10_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 5000,
}
const mostConnections = 256

const statuses: Record<string, number> = {
  ERR_CLUSTERED_NO_TOKEN: 401,
  ERR_CLUSTERED_FORBIDDEN: 403,
  ERR_CLUSTERED_NOT_FOUND: 404,
  ERR_CLUSTERED_TOO_OLD: 501,
}

const page = /^\/p\/([^/]+)(\/.*)?$/

/** The way in for a browser on this machine, for as long as it is open: the page, and what the programs say. */
export class Door {
  readonly #offer: Offer
  readonly #guard = new Guard()
  readonly #server: Server

  constructor(offer: Offer) {
    this.#offer = offer
    this.#server = http.createServer(limits, (request, response) => void this.#answer(request, response))
    this.#server.maxConnections = mostConnections
  }

  /** @throws {CliError} ERR_CLUSTERED_PORT */
  async open(port: number): Promise<void> {
    try {
      await once(this.#server.listen(port, host), 'listening')
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const why = code === 'EADDRINUSE' ? 'somebody listens there already' : message
      throw new CliError(
        'ERR_CLUSTERED_PORT',
        `${host}:${port}: ${why}. Give another port, or none: then one that is free is taken.`,
      )
    }
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** The token is in a part of it that no browser sends. @param path of a page. */
  address(path: string): string {
    return `http://${host}:${this.port}/${path}#token=${this.#guard.token}`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      this.#guard.checkPlace(request)
      await this.#route(request, response)
    } catch (error) {
      if (response.headersSent) return void response.destroy()
      // What is left of the request is not waited for.
      response.shouldKeepAlive = false
      const { code = '', message } = error as NodeJS.ErrnoException
      say(response, statuses[code] ?? 503, { error: { code, message } })
    }
  }

  #route(request: IncomingMessage, response: ServerResponse): unknown {
    const path = request.url!.split('?')[0]!
    const [, given, asked = ''] = page.exec(path) ?? []
    if (given !== undefined && asked === '') return redirect(response, `${path}/`)
    const isOfProgram = asked.startsWith('/v1/')
    if (!isOfProgram && path !== '/v1/programs')
      return show(request, response, given === undefined ? path.replace(/^\/$/, '/overview.html') : asked)
    this.#guard.checkToken(request)
    if (isOfProgram) return passOn(() => this.#offer.running(decoded(given!)), asked, request, response)
    return this.#offer.list().then((programs) => say(response, 200, { programs }))
  }
}

function show({ method }: IncomingMessage, response: ServerResponse, path: string): void {
  const file = method === 'GET' || method === 'HEAD' ? pageFile(path) : undefined
  if (!file) throw new CliError('ERR_CLUSTERED_NOT_FOUND', 'There is nothing here.')
  response.writeHead(200, {
    ...pageHeaders,
    'Content-Type': file.type,
    'Content-Length': file.body.length,
  })
  response.end(method === 'HEAD' ? undefined : file.body)
}

/** Relative addresses are those of a folder. */
function redirect(response: ServerResponse, to: string): void {
  response.writeHead(308, { Location: to, 'Content-Length': 0 }).end()
}

function say(response: ServerResponse, status: number, body: object): void {
  const text = `${toJsonText(body)}\n`
  response.writeHead(status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(text)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw new CliError('ERR_CLUSTERED_NOT_FOUND', 'There is nothing here.')
  }
}
