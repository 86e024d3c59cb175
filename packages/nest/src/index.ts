import type * as net from 'node:net'
import {
  adapt,
  type Adapter,
  type Clustered,
  type ClusteredOptions,
  type OrFactory,
  type ServerOf,
} from '@clustered/core'
import { close, closeOnce } from './close.ts'
import type { NestApp } from './nest-app.ts'
import { tellStarted } from './started.ts'

// A declaration file can name a type only through a package that its project depends on.
export type * from '@clustered/core'
export { ClusteredError, hold, mergeMetrics, onLead, publish, subscribe, workerId } from '@clustered/core'
export { health, type HealthMiddleware } from './health.ts'
export type { NestApp } from './nest-app.ts'
export { type Shed, shed } from './shed.ts'

const nest: Adapter<NestApp> = {
  accepts: 'a Nest app',
  isApp: (value): value is NestApp =>
    typeof value === 'object' && value !== null && 'getHttpAdapter' in value && 'init' in value,
  toTarget: async (app) => {
    closeOnce(app)
    await app.init()
    // Express has none; Fastify would leave it to the `listen` of its own.
    await app.getHttpAdapter().getInstance().ready?.()
    const server = app.getHttpServer() as net.Server
    server.once('listening', () => tellStarted(app))
    return server
  },
  serverOptions:
    'app.getHttpServer().keepAliveTimeout = 65000, or new FastifyAdapter({ keepAliveTimeout: 65000 })',
  close,
}

/**
 * Puts a Nest app on every core.
 *
 * @param app a function that makes the app, `() => NestFactory.create(AppModule)`,
 * which only workers call; or the app, which the primary makes as well then.
 * It is not to listen itself.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET, ERR_CLUSTERED_BAD_OPTION
 */
export function clustered<Given extends OrFactory<NestApp | net.Server>>(
  app: Given,
  options?: ClusteredOptions<ServerOf<Given>>,
): Clustered<Given> {
  return adapt(nest, app, options)
}
