import { type HealthPaths, HealthProbes } from '@clustered/core'

/** What of a Koa context it needs, in Koa 2 and 3 alike. */
export interface HealthContext {
  readonly method: string
  readonly path: string
  status: number
  body: unknown
  set(field: string, value: string): void
}

/** Fits Koa 2 and 3. */
export type HealthMiddleware = (context: HealthContext, next: () => Promise<unknown>) => Promise<unknown>

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
  return async (context, next) => {
    const answer = await probes.answer(context.method, context.path)
    if (!answer) return next()
    context.status = answer.status
    for (const [field, value] of Object.entries(answer.headers)) context.set(field, value)
    context.body = answer.body
    return undefined
  }
}
