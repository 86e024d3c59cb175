import { Overload, type OverloadOptions } from '@clustered/core'
import { type FetchMiddleware, responseTo } from './middleware.ts'

/**
 * Answers 503 with `Retry-After`, at once, while this process has more to do
 * than it can do in time. What it lets through is not slowed down by what it
 * does not.
 *
 * ```ts
 * const sheds = shed({ maxLoopDelay: 100 })
 * clustered((request: Request) => sheds(request, () => app.fetch(request)))
 * ```
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function shed(options: OverloadOptions): FetchMiddleware {
  const overload = new Overload(options)
  return (request, next) => {
    const response = responseTo(request)
    if (!response || overload.admits(response)) return next()
    const headers = { 'Content-Type': 'text/plain', 'Retry-After': overload.retryAfter }
    return new Response('Service Unavailable\n', { status: 503, headers })
  }
}
