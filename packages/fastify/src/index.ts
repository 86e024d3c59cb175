import type * as net from 'node:net'
import { adapt, type Adapter, type ClusteredOptions, type OrFactory } from '@clustered/core'
import { type FastifyApp, type FastifyServerOf, isFastify } from './app.ts'
import { listenByFastify, withFastifyHost } from './listen-by-fastify.ts'
import { type FastifyListen, listening } from './listening.ts'

// A declaration file can name a type only through a package that its project depends on.
export type * from '@clustered/core'
export { ClusteredError, hold, mergeMetrics, onLead, publish, subscribe, workerId } from '@clustered/core'
export type { FastifyApp, FastifyServerOf } from './app.ts'
export { health, type HealthHook, type HealthReply, type HealthRequest } from './health.ts'
export type { FastifyListen, FastifyListenCallback, FastifyListenOptions, Listening } from './listening.ts'
export { type Shed, shed, type ShedReply } from './shed.ts'

/** A Fastify app, and what puts it on every core. */
export interface ClusteredFastify<App> {
  /** What was given, as it was given: the app, or the function that makes it. */
  readonly app: App
  /** Takes what Fastify's own takes; what it returns can be awaited. */
  readonly listen: FastifyListen
}

const fastify: Adapter<FastifyApp> = {
  accepts: 'a Fastify app',
  serverOptions: 'Fastify({ keepAliveTimeout: 65000 })',
  isApp: isFastify,
  listenOptions: withFastifyHost,
  async toTarget(app) {
    await app.ready()
    return listenByFastify(app)
  },
  // Not before the last answer: an app that closes answers 503.
  close: (app) => app.close(),
}

/**
 * Puts a Fastify app on every core.
 *
 * @param app the app, a server of another kind (`http`, `https`, `http2`), or a
 * function that makes one of them, which only workers call:
 * `clustered(() => build({ logger: true }))`
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET, ERR_CLUSTERED_BAD_OPTION
 */
export function clustered<Given extends OrFactory<FastifyApp | net.Server>>(
  app: Given,
  options?: ClusteredOptions<FastifyServerOf<Given>>,
): ClusteredFastify<Given> {
  const { listen } = adapt(fastify, app, options)
  return { app, listen: listening(listen, isFastify(app) ? schemeOf(app) : '') }
}

function schemeOf({ initialConfig }: FastifyApp): string {
  return 'https' in initialConfig && initialConfig.https ? 'https://' : 'http://'
}
