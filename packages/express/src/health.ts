import type { IncomingMessage, ServerResponse } from 'node:http'
import { type HealthPaths, HealthProbes } from '@clustered/core'

/** Fits Express 4 and 5, and whatever else calls its middleware with three arguments. */
export type HealthMiddleware = (request: IncomingMessage, response: ServerResponse, next: () => void) => void

/**
 * Middleware that answers `/livez`, `/readyz` and `/healthz`, for programs that
 * have one port only:
 *
 * ```ts
 * app.use(health())
 * ```
 * A worker that is busy answers late: where that matters, use the option `admin`.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function health(paths?: HealthPaths): HealthMiddleware {
  const probes = new HealthProbes(paths)
  return ({ method, url }, response, next) => {
    const answer = probes.answer(method, url)
    if (!answer) return next()
    void Promise.resolve(answer).then(({ status, headers, body }) =>
      response.writeHead(status, headers).end(body),
    )
  }
}
