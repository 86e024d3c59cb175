import type { RequestListener } from 'node:http'
import type * as net from 'node:net'
import { ClusteredError, hold } from '@clustered/core'
import { type Bridge, loadBridge } from './bridge.ts'
import { watchRoutes } from './routes.ts'

/** What a Hono app looks like, and what a module exports that has one as its `fetch`. */
export interface HonoApp {
  fetch(request: Request, ...rest: any[]): Response | Promise<Response>
}

/** What `serve` of @hono/node-server takes, and that means the same here. */
export interface ServeOptions {
  /**
   * `{ server: new WebSocketServer({ noServer: true }) }` of `ws`, for
   * `upgradeWebSocket` of @hono/node-server 2 and later.
   */
  websocket?: { readonly server: object }
  /**
   * Whether the global `Request` and `Response` are replaced by faster ones.
   * @default true
   */
  overrideGlobalObjects?: boolean
  /**
   * Whether what the app has not read of a request is read away.
   * @default true
   */
  autoCleanupIncoming?: boolean
}

/** `c.executionCtx`, which Hono's apps have elsewhere: what they want to outlive the answer is held work. */
const execution = {
  props: {},
  waitUntil(work: unknown): void {
    void hold(Promise.resolve(work))
  },
  passThroughOnException(): void {},
}

/** Has apps served by @hono/node-server. */
export class Serving {
  readonly #options: ServeOptions
  /** By what serves it. */
  readonly #apps = new WeakMap<object, Handler>()

  constructor(options: ServeOptions) {
    this.#options = options
  }

  async toListener(app: HonoApp): Promise<RequestListener> {
    watchRoutes(app)
    const bridge = await loadBridge()
    const handler: Handler = (request, env) => app.fetch(request, env, execution)
    const listener = bridge.getRequestListener(handler, this.#options)
    this.#apps.set(listener, handler)
    return listener
  }

  /** @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION */
  async takeWebSockets(server: net.Server): Promise<void> {
    const [fetch] = server.listeners('request').flatMap((listener) => this.#apps.get(listener) ?? [])
    const bridge = await loadBridge()
    if (!fetch) throw badWebSocket('is for an app. Give it to createAdaptorServer, which has made the server')
    if (!bridge.upgradeWebSocket)
      throw badWebSocket(
        'is for @hono/node-server 2 and later. For 1, use @hono/node-ws: clustered(app, { onServer: injectWebSocket })',
      )
    // It adds what it listens for, and makes no server: this one has its listener.
    bridge.createAdaptorServer({ ...this.#options, fetch, createServer: () => server })
  }
}

type Handler = Parameters<Bridge['getRequestListener']>[0]

function badWebSocket(why: string): ClusteredError {
  return new ClusteredError('ERR_CLUSTERED_BAD_OPTION', `The option websocket ${why}.`)
}
