import type { RequestListener, Server } from 'node:http'
import type * as net from 'node:net'
import {
  adapt,
  type Adapter,
  type Clustered,
  type ClusteredOptions,
  type OrFactory,
  type ServerOf,
} from '@clustered/core'
import { routeOf, watchRoutes } from './routes.ts'

// A declaration file can name a type only through a package that its project depends on.
export type * from '@clustered/core'
export { ClusteredError, hold, mergeMetrics, onLead, publish, subscribe, workerId } from '@clustered/core'
export { health, type HealthContext, type HealthMiddleware } from './health.ts'
export { type Shed, shed, type ShedContext } from './shed.ts'

/** What a Koa app looks like, in Koa 2 and 3 alike. */
export interface KoaApp {
  callback(): RequestListener
  listen(...args: any[]): Server
}

const koa: Adapter<KoaApp> = {
  accepts: 'a Koa app',
  isApp: (value): value is KoaApp => typeof value === 'object' && value !== null && 'callback' in value,
  toTarget: (app) => {
    watchRoutes(app as { context?: unknown })
    return app.callback()
  },
  routeOf,
}

/**
 * Puts a Koa app on every core.
 *
 * @param app the app, a server made of it (`http`, `https`, `http2`), or a
 * function that makes one of them, which only workers call:
 * `clustered(() => import('./app.js').then((module) => module.default))`
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET, ERR_CLUSTERED_BAD_OPTION
 */
export function clustered<Given extends OrFactory<KoaApp | net.Server>>(
  app: Given,
  options?: ClusteredOptions<ServerOf<Given>>,
): Clustered<Given> {
  return adapt(koa, app, options)
}
