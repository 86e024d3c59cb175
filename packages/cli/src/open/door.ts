import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  type Access,
  answer,
  Hosts,
  makeServer,
  pageFile,
  pageHeaders,
  refusal,
  Token,
} from '@clustered/core/control'
import { CliError } from '../errors.ts'
import type { Offer } from './offer.ts'
import { passOn } from './pass-on.ts'

const host = '127.0.0.1'

/** Of what a request fails with, where it is not that the program does not run. */
const statuses: Record<string, number> = { ERR_CLUSTERED_NOT_FOUND: 404, ERR_CLUSTERED_TOO_OLD: 501 }

/** What is below a program's page: nothing, or a path. */
const ofProgram = /^\/p\/([^/]+)(\/.*)?$/

const ofOverview = '/v1/programs'

/** The way in for a browser on this machine, for as long as it is open: the page, and what the programs say. */
export class Door {
  readonly #offer: Offer
  readonly #token = randomBytes(32).toString('base64url')
  /** Every user of this machine can reach it: without the token, nobody is told anything. */
  readonly #access: Access = {
    isLocal: false,
    hosts: new Hosts([], true),
    token: new Token('token', this.#token),
    scrapeToken: undefined,
  }
  readonly #server: Server

  constructor(offer: Offer) {
    this.#offer = offer
    this.#server = makeServer((request, response) => this.#answer(request, response)).server
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
    return `http://${host}:${this.port}/${path}#token=${this.#token}`
  }

  close(): void {
    this.#server.close()
    this.#server.closeAllConnections()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await this.#route(request, response)
    } catch (error) {
      if (response.headersSent) return void response.destroy()
      const { code = '', message } = error as NodeJS.ErrnoException
      answer(response, statuses[code] ?? 503, { error: { code, message } })
    }
  }

  #route(request: IncomingMessage, response: ServerResponse): unknown {
    for (const [name, value] of Object.entries(pageHeaders)) response.setHeader(name, value)
    const path = request.url!.split('?')[0]!
    const [, name, below = ''] = ofProgram.exec(path) ?? []
    const isAsked = below.startsWith('/v1/') || path === ofOverview
    const refused = refusal(request, isAsked ? 'change' : 'page', this.#access)
    if (refused)
      return answer(response, refused.status, {
        error: { code: 'ERR_CLUSTERED_REFUSED', message: `${refused.why}.` },
      })
    if (path === ofOverview) return this.#offer.list().then((programs) => answer(response, 200, { programs }))
    if (isAsked) return passOn(() => this.#offer.running(decoded(name!)), below, request, response)
    // Relative addresses are those of a folder.
    if (name !== undefined && below === '') return response.writeHead(308, { Location: `${path}/` }).end()
    return show(request, response, name === undefined ? path.replace(/^\/$/, '/overview.html') : below)
  }
}

function show({ method }: IncomingMessage, response: ServerResponse, path: string): void {
  const file = method === 'GET' || method === 'HEAD' ? pageFile(path) : undefined
  if (!file) throw nothing()
  const { type, body } = file
  response.writeHead(200, { 'Content-Type': type, 'Content-Length': body.length }).end(body)
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw nothing()
  }
}

function nothing(): CliError {
  return new CliError('ERR_CLUSTERED_NOT_FOUND', 'There is nothing here.')
}
