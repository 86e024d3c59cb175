import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'
import { runtime } from '../../runtime.ts'

/** What Fastify makes of a request, on that of node:http. */
const seen = Symbol('clustered: of Fastify')

interface Seen extends IncomingMessage {
  [seen]?: FastifyRequest
}

interface FastifyRequest {
  readonly raw: Seen
  readonly routeOptions?: { readonly url?: string }
  /** Before Fastify 4.10. */
  readonly routerPath?: string
}

interface FastifyApp {
  addHook(
    name: 'onRequest',
    hook: (request: FastifyRequest, reply: unknown, done: () => void) => void,
  ): unknown
}

let watches = false

/**
 * From now on the routes of Fastify's requests are known, in every app that is
 * made: with an adapter, without one, and inside of Nest. Fastify announces its
 * apps before they have anything, so that this hook is the first, and what the
 * app's own hooks answer has its route as well.
 *
 * Its channel `tracing:fastify.request.handler` names routes too, but costs more,
 * and knows nothing of what ends before the handler: a 401, or a 400 of a schema.
 */
export function watchFastify(): void {
  if (watches) return
  watches = true
  subscribe('fastify.initialization', (message) => {
    try {
      ;(message as { fastify: FastifyApp }).fastify.addHook('onRequest', noteRoute)
      ;(runtime().routesOf ??= new Set()).add(routeOf)
    } catch {
      // Of another version, which is served without routes.
    }
  })
}

/** The route itself is looked up when the answer ends: Fastify makes an object to tell it. */
function noteRoute(request: FastifyRequest, _reply: unknown, done: () => void): void {
  request.raw[seen] = request
  done()
}

function routeOf(request: Seen): string | undefined {
  const asked = request[seen]
  return asked && (asked.routeOptions ? asked.routeOptions.url : asked.routerPath)
}
