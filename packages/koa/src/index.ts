import type { RequestListener, Server } from 'node:http'
import { adapt, type Adapter, type Clustered, type ClusteredOptions } from '@clustered/core'

// A declaration file can name a type only through a package that its project depends on.
export type * from '@clustered/core'
export { ClusteredError, hold } from '@clustered/core'
export { type Shed, shed, type ShedContext } from './shed.ts'

/** What a Koa app looks like, in Koa 2 and 3 alike. */
export interface KoaApp {
  callback(): RequestListener
  listen(...args: any[]): Server
}

const koa: Adapter<KoaApp> = {
  accepts: 'a Koa app',
  isApp: (value): value is KoaApp => typeof value === 'object' && value !== null && 'callback' in value,
  toTarget: (app) => app.callback(),
}

/**
 * Puts a Koa app on every core.
 *
 * @param app the app, or a function that makes it, which only workers call:
 * `clustered(() => import('./app.js').then((module) => module.default))`
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_TARGET, ERR_CLUSTERED_BAD_OPTION
 */
export function clustered<App extends KoaApp>(app: App, options?: ClusteredOptions): Clustered<App>
export function clustered<Make extends () => KoaApp | Promise<KoaApp>>(
  make: Make,
  options?: ClusteredOptions,
): Clustered<Make>
export function clustered(target: unknown, options?: ClusteredOptions): Clustered<unknown> {
  return adapt(koa, target, options)
}
