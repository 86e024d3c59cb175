import type * as net from 'node:net'
import {
  adapt,
  type Adapter,
  type Clustered,
  type ClusteredOptions,
  type OrFactory,
  type ServerOf,
} from '@clustered/core'
import { type FetchApp, type FetchHandler, toListener } from './listener.ts'

// A declaration file can name a type only through a package that its project depends on.
export type * from '@clustered/core'
export { ClusteredError, hold, mergeMetrics, onLead, publish, subscribe, workerId } from '@clustered/core'
export { health } from './health.ts'
export { type FetchApp, type FetchHandler, type ServedRequest, toListener } from './listener.ts'
export type { FetchMiddleware } from './middleware.ts'
export { shed } from './shed.ts'

const fetchers: Adapter<FetchApp | FetchHandler> = {
  accepts:
    'a fetch handler with one parameter, (request) => new Response(), or an object that has one as fetch',
  isApp,
  toTarget: toListener,
}

function isApp(value: unknown): value is FetchApp | FetchHandler {
  // With more of them it is a listener of Node.js, or may be: that would fail with every request.
  if (typeof value === 'function') return value.length === 1
  return typeof value === 'object' && value !== null && 'fetch' in value && typeof value.fetch === 'function'
}

/**
 * Puts what answers a `Request` with a `Response` on every core.
 *
 * @param app a handler with one parameter, an object that has one as `fetch` (an
 * app of h3, Elysia or Hono), a server made of it (`http`, `https`, `http2`),
 * or a function without parameters that makes one of them, which only workers
 * call: `clustered(() => import('./app.js').then((module) => module.default))`
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET, ERR_CLUSTERED_BAD_OPTION
 */
export function clustered<Given extends OrFactory<FetchApp | FetchHandler | net.Server>>(
  app: Given,
  options?: ClusteredOptions<ServerOf<Given>>,
): Clustered<Given> {
  return adapt(fetchers, app, options)
}
