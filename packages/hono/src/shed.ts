import { type Admitted, Overload, type OverloadOptions } from '@clustered/core'
import type { HonoMiddleware } from './health.ts'

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
export function shed(options: OverloadOptions): HonoMiddleware {
  const overload = new Overload(options)
  return async (context, next) => {
    // None in tests, by `app.request()`.
    const { outgoing } = (context.env ?? {}) as { outgoing?: Admitted }
    if (!outgoing || overload.admits(outgoing)) return next()
    const headers = { 'Content-Type': 'text/plain', 'Retry-After': overload.retryAfter }
    return new Response('Service Unavailable\n', { status: 503, headers })
  }
}
