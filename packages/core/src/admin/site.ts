import type { IncomingMessage, ServerResponse } from 'node:http'
import { answer } from '../control/answer.ts'
import { routeName, type Routes, serveRoute } from '../control/routes.ts'
import type { HealthAnswer, Probes } from '../health/probes.ts'
import { type Access, mayChange, type Need, refusal } from './guard.ts'
import { pageFile, pageHeaders } from './page.ts'
import { probePaths } from './server.ts'

export interface SiteParts {
  readonly routes: Routes
  readonly probes: Probes
  /** @param accept what the client asks for. */
  readonly metrics: (accept: string | undefined) => { type: string; text: string }
}

/** What writes files on this machine, or opens a door to a worker, is for who is on it: over the control socket. */
const onlyHere = new Set(['POST /v1/profile', 'POST /v1/heap', 'POST /v1/inspect'])

const readable = ['GET', 'HEAD']

/** For whatever is answered: nothing of it is to be kept, framed, or taken for what it is not. */
const headers = {
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Content-Security-Policy': "default-src 'none'; frame-ancestors 'none'",
}

/** What an admin server answers, to whom. */
export class Site {
  readonly #parts: SiteParts

  constructor(parts: SiteParts) {
    this.#parts = parts
  }

  async answer(request: IncomingMessage, response: ServerResponse, access: Access): Promise<void> {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    const path = pathOf(request.url)
    const need = needOf(path, request.method)
    const refused = refusal(request, need, access)
    if (refused) {
      if (refused.status === 401) response.setHeader('WWW-Authenticate', 'Bearer realm="clustered"')
      return refuse(response, refused.status, refused.why)
    }
    const methods = this.#methodsAt(path)
    if (methods.length === 0) return refuse(response, 404, `there is no ${path}. See docs/deploy/health.md`)
    if (!methods.includes(request.method ?? '')) return this.#otherMethod(request, response, methods)
    if (path.startsWith('/v1/')) {
      request.url = path
      if (onlyHere.has(routeName(request)))
        return refuse(
          response,
          403,
          `${path} is for who is on this machine: see docs/reference/control-socket.md`,
        )
      const caller = { mayChange: mayChange(request, access), by: 'admin' }
      return serveRoute(this.#parts.routes, request, response, caller)
    }
    await this.#read(path, request, response)
  }

  async #read(path: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { probes, metrics } = this.#parts
    const probed = await probes.answer('GET', path)
    if (probed) return send(response, probed)
    if (path === '/metrics') {
      const { type, text } = metrics(request.headers.accept)
      return send(response, { status: 200, headers: { 'Content-Type': type }, body: text })
    }
    const { type, body } = pageFile(path)!
    send(response, { status: 200, headers: { ...pageHeaders, 'Content-Type': type }, body })
  }

  #methodsAt(path: string): readonly string[] {
    if (path.startsWith('/v1/')) {
      const ofRoutes = Object.keys(this.#parts.routes).flatMap((name) => {
        const [method, route] = name.split(' ')
        return route === path ? [method!] : []
      })
      return ofRoutes.includes('GET') ? [...ofRoutes, 'HEAD'] : ofRoutes
    }
    const isThere = probePaths.has(path) || path === '/healthz' || path === '/metrics' || pageFile(path)
    return isThere ? readable : []
  }

  #otherMethod({ method }: IncomingMessage, response: ServerResponse, methods: readonly string[]): void {
    response.setHeader('Allow', [...methods, 'OPTIONS'].join(', '))
    if (method === 'OPTIONS') return void response.writeHead(204).end()
    refuse(response, 405, `it cannot be asked with ${method}, but with ${methods.join(' or ')}`)
  }
}

function needOf(path: string, method: string | undefined): Need {
  if (method === 'OPTIONS') return 'page'
  if (probePaths.has(path)) return 'probe'
  if (path === '/metrics') return 'scrape'
  if (path.startsWith('/v1/')) return readable.includes(method ?? '') ? 'read' : 'change'
  return pageFile(path) ? 'page' : 'read'
}

/** Without the query. What is no path at all is one that there is not. */
function pathOf(url = ''): string {
  return url.split('?', 1)[0]!
}

function refuse(response: ServerResponse, status: number, why: string): void {
  answer(response, status, { error: { code: 'ERR_CLUSTERED_REFUSED', message: `${why}.` } })
}

function send(
  response: ServerResponse,
  { status, headers: own, body }: Omit<HealthAnswer, 'body'> & { body: string | Buffer },
): void {
  response.writeHead(status, { ...own, 'Content-Length': Buffer.byteLength(body) })
  response.end(body)
}
