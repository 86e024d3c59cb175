import type { ServerResponse } from 'node:http'
import { Overload, type OverloadOptions } from '@clustered/core'

/** What of a Koa context it needs, in Koa 2 and 3 alike. */
export interface ShedContext {
  readonly res: ServerResponse
  status: number
  body: unknown
  set(field: string, value: string): void
}

/** Fits Koa 2 and 3. */
export type Shed = (context: ShedContext, next: () => Promise<unknown>) => Promise<unknown> | undefined

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
  return (context, next) => {
    if (overload.admits(context.res)) return next()
    context.status = 503
    context.set('Retry-After', overload.retryAfter)
    context.body = 'Service Unavailable\n'
    return undefined
  }
}
