import type * as net from 'node:net'
import {
  adapt,
  type Adapter,
  type Clustered,
  type ClusteredOptions,
  type OrFactory,
  type ServerOf,
} from '@clustered/core'
import { routeOf } from './routes.ts'
import { type HonoApp, type ServeOptions, Serving } from './serving.ts'

// A declaration file can name a type only through a package that its project depends on.
export type * from '@clustered/core'
export { ClusteredError, hold, mergeMetrics, onLead, publish, subscribe, workerId } from '@clustered/core'
export { health, type HonoContext, type HonoMiddleware } from './health.ts'
export type { HonoApp, ServeOptions } from './serving.ts'
export { shed } from './shed.ts'

/** The options of `clustered`, and what `serve` of @hono/node-server takes besides. */
export type HonoOptions<S = net.Server> = ClusteredOptions<S> & ServeOptions

/**
 * Puts a Hono app on every core, by @hono/node-server.
 *
 * @param app the app, or an object that has its `fetch`; a server made of it
 * by `createAdaptorServer`; or a function that makes one of them, which only workers call:
 * `clustered(() => import('./app.js').then((module) => module.default))`
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET, ERR_CLUSTERED_BAD_OPTION
 */
export function clustered<Given extends OrFactory<HonoApp | net.Server>>(
  app: Given,
  options?: HonoOptions<ServerOf<Given>>,
): Clustered<Given> {
  const { websocket, overrideGlobalObjects, autoCleanupIncoming, ...own } = options ?? {}
  const serving = new Serving({ websocket, overrideGlobalObjects, autoCleanupIncoming })
  const hono: Adapter<HonoApp> = {
    accepts: 'a Hono app',
    isApp: (value): value is HonoApp =>
      typeof value === 'object' && value !== null && 'fetch' in value && typeof value.fetch === 'function',
    toTarget: (given) => serving.toListener(given),
    routeOf,
  }
  const { onServer = () => {} } = own
  // What is no object, and what is no function, is refused there.
  if (typeof options !== 'object') return adapt(hono, app, options)
  if (!websocket || typeof onServer !== 'function') return adapt(hono, app, own)
  return adapt(hono, app, {
    ...own,
    onServer: async (server) => {
      await serving.takeWebSockets(server)
      await onServer(server as ServerOf<Given>)
    },
  })
}
