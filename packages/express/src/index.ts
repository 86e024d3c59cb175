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
import type { Express } from 'express'

// A declaration file can name a type only through a package that its project depends on.
export type * from '@clustered/core'
export { ClusteredError, hold, mergeMetrics, onLead, publish, subscribe, workerId } from '@clustered/core'
export { health, type HealthMiddleware } from './health.ts'
export { type Shed, shed } from './shed.ts'

/** What an Express app looks like, in Express 4 and 5 alike. */
export interface ExpressApp extends RequestListener {
  readonly locals: object
  listen(...args: any[]): Server
}

const express: Adapter<ExpressApp> = {
  accepts: 'an Express app',
  isApp: (value): value is ExpressApp =>
    typeof value === 'function' && 'locals' in value && 'listen' in value,
  toTarget: (app) => app,
}

/**
 * The type of `express()` is one of a package that no project depends on
 * itself: where it would have to be named, this has a name.
 */
type Named<Given> = Given extends Express
  ? Express extends Given
    ? Express
    : Given
  : Given extends () => Promise<infer Made>
    ? () => Promise<Named<Made>>
    : Given extends () => infer Made
      ? () => Named<Made>
      : Given

/**
 * Puts an Express app on every core.
 *
 * @param app the app, a server made of it (`http`, `https`, `http2`), or a
 * function that makes one of them, which only workers call:
 * `clustered(() => import('./app.js').then((module) => module.default))`
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET, ERR_CLUSTERED_BAD_OPTION
 */
export function clustered<Given extends OrFactory<ExpressApp | net.Server>>(
  app: Given,
  options?: ClusteredOptions<ServerOf<Given>>,
): Clustered<Named<Given>> {
  return adapt(express, app as Named<Given>, options)
}
