import type { IncomingMessage, ServerResponse } from 'node:http'
import { health as answering, type HealthPaths } from '@clustered/core'

/** Fits Nest on Express and on Fastify. */
export type HealthMiddleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

/**
 * Middleware that answers `/livez`, `/readyz` and `/healthz`, for programs that
 * have one port only. Guards, pipes and the global prefix have no part in it:
 *
 * ```ts
 * app.use(health())
 * ```
 * A worker that is busy answers late: where that matters, use the option `admin`.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function health(paths?: HealthPaths): HealthMiddleware {
  const answers = answering(paths)
  return (request, response, next) => {
    if (!answers(request, response)) next()
  }
}
