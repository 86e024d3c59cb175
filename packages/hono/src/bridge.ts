import type { RequestListener } from 'node:http'
import type * as net from 'node:net'

/** What is used of @hono/node-server, 1 and 2. */
export interface Bridge {
  getRequestListener(fetch: (request: Request, env: object) => unknown, options: object): RequestListener
  createAdaptorServer(options: { fetch: unknown; createServer: () => net.Server }): unknown
  /** Since 2. */
  upgradeWebSocket?: unknown
}

/**
 * The one of its two builds that the app has loaded: they share nothing, and
 * `upgradeWebSocket` of one does not find what the other hands to the app.
 */
export async function loadBridge(): Promise<Bridge> {
  return isRequired()
    ? (require('@hono/node-server') as Bridge)
    : ((await import('@hono/node-server')) as unknown as Bridge)
}

function isRequired(): boolean {
  try {
    return require.cache[require.resolve('@hono/node-server')] !== undefined
  } catch {
    // In a bundle, which has one of them.
    return false
  }
}
