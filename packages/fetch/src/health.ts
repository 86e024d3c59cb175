import { type HealthPaths, HealthProbes } from '@clustered/core'
import type { FetchMiddleware } from './middleware.ts'

/** Behind the scheme, the first slash begins the path. */
const afterScheme = 'https://'.length

/**
 * Answers `/livez`, `/readyz` and `/healthz`, for programs that have one port only:
 *
 * ```ts
 * const answersHealth = health()
 * clustered((request: Request) => answersHealth(request, () => app.fetch(request)))
 * ```
 * A worker that is busy answers late: where that matters, use the option `admin`.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function health(paths?: HealthPaths): FetchMiddleware {
  const probes = new HealthProbes(paths)
  return ({ method, url }, next) => {
    const answer = probes.answer(method, url.slice(url.indexOf('/', afterScheme)))
    if (!answer) return next()
    return Promise.resolve(answer).then(
      ({ status, headers, body }) => new Response(method === 'HEAD' ? null : body, { status, headers }),
    )
  }
}
