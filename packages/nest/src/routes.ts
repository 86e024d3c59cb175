import type { IncomingMessage, ServerResponse } from 'node:http'

/** The request as Fastify has it, on the response of Node. */
const request: unique symbol = Symbol('clustered: request')

interface FastifyRequest {
  readonly routeOptions?: { readonly url?: string }
}

interface Answered extends ServerResponse {
  [request]?: FastifyRequest
}

interface Framework {
  /** Of Fastify. */
  addHook?(
    name: 'onRequest',
    hook: (request: FastifyRequest, reply: { raw: Answered }, done: () => void) => void,
  ): void
}

/**
 * From now on the routes of Fastify are known: it keeps them on a request to
 * which nothing leads from Node's own. Those of Express the core finds itself.
 */
export function watchRoutes(framework: Framework): void {
  framework.addHook?.('onRequest', (asked, { raw }, done) => {
    raw[request] = asked
    done()
  })
}

export function routeOf(_request: IncomingMessage, response: ServerResponse): string | undefined {
  return (response as Answered)[request]?.routeOptions?.url
}
