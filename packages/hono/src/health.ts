import { type HealthPaths, HealthProbes } from '@clustered/core'

/** What of Hono's context it needs. */
export interface HonoContext {
  readonly req: { readonly method: string; readonly path: string }
  readonly env: any
}

export type HonoMiddleware = (context: HonoContext, next: () => Promise<void>) => Promise<Response | void>

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
export function health(paths?: HealthPaths): HonoMiddleware {
  const probes = new HealthProbes(paths)
  return async ({ req }, next) => {
    const answer = await probes.answer(req.method, req.path)
    if (!answer) return next()
    const { status, headers, body } = answer
    return new Response(body, { status, headers })
  }
}
