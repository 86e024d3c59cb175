import type { RequestListener, Server } from 'node:http'
import { adapt, type Adapter, type Clustered, type ClusteredOptions } from '@clustered/core'

// A declaration file can name a type only through a package that its project depends on.
export type * from '@clustered/core'
export { ClusteredError, hold } from '@clustered/core'
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
 * Puts an Express app on every core.
 *
 * @param app the app, or a function that makes it, which only workers call:
 * `clustered(() => import('./app.js').then((module) => module.default))`
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET, ERR_CLUSTERED_BAD_OPTION
 */
export function clustered<App extends ExpressApp>(app: App, options?: ClusteredOptions): Clustered<App>
export function clustered<Make extends () => ExpressApp | Promise<ExpressApp>>(
  make: Make,
  options?: ClusteredOptions,
): Clustered<Make>
export function clustered(target: unknown, options?: ClusteredOptions): Clustered<unknown> {
  return adapt(express, target, options)
}
