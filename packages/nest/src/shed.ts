import type { IncomingMessage, ServerResponse } from 'node:http'
import { Overload, type OverloadOptions } from '@clustered/core'

/** Fits Nest on Express and on Fastify. */
export type Shed = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

/**
 * Middleware that answers 503 with `Retry-After`, at once, while this process
 * has more to do than it can do in time. What it lets through is not slowed
 * down by what it does not.
 *
 * ```ts
 * app.use(shed({ maxLoopDelay: 100 }))
 * ```
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function shed(options: OverloadOptions): Shed {
  const overload = new Overload(options)
  return (_request, response, next) => {
    if (overload.admits(response)) return next()
    response.writeHead(503, { 'Content-Type': 'text/plain', 'Retry-After': overload.retryAfter })
    response.end('Service Unavailable\n')
  }
}
