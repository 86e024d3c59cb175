import type { IncomingMessage } from 'node:http'

/** The path as it was asked for: routers cut off what they have looked at. */
export function askedFor(request: IncomingMessage): string {
  const { originalUrl } = request as { originalUrl?: unknown }
  return typeof originalUrl === 'string' ? originalUrl : (request.url ?? '')
}
