import { Overload, type OverloadOptions } from '@clustered/core'

/** What of a Fastify reply it needs, in Fastify 4 and 5 alike. */
export interface ShedReply {
  readonly raw: { once(event: 'close', listener: () => void): unknown }
  code(status: number): unknown
  headers(values: Record<string, string>): unknown
  send(body: any): unknown
}

/** Fits Fastify 4 and 5. */
export type Shed = (request: unknown, reply: ShedReply, done: () => void) => void

/**
 * A hook that answers 503 with `Retry-After`, at once, while this process has
 * more to do than it can do in time. What it lets through is not slowed down by
 * what it does not.
 *
 * ```ts
 * app.addHook('onRequest', shed({ maxLoopDelay: 100 }))
 * ```
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function shed(options: OverloadOptions): Shed {
  const overload = new Overload(options)
  return (_request, reply, done) => {
    if (overload.admits(reply.raw)) return done()
    reply.code(503)
    reply.headers({ 'Content-Type': 'text/plain', 'Retry-After': overload.retryAfter })
    reply.send('Service Unavailable\n')
  }
}
