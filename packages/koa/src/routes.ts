import type { IncomingMessage, ServerResponse } from 'node:http'

/** The route of a request, on its response. */
const found = Symbol('clustered: route')
/** What a router has written, on the context. */
const written = Symbol('clustered: written')

interface Answered extends ServerResponse {
  [found]?: string
}

/** What @koa/router and koa-router keep on a context. */
interface Context {
  [written]?: unknown
  res: Answered
  /** What of the router matches the path. What has no methods is middleware. */
  matched?: readonly { path: unknown; methods?: readonly string[] }[]
}

/** Where routers name what is next to run, first of all the route that they have found. */
const property = '_matchedRoute'

/**
 * From now on it is noted which route a router has found for a request. A
 * router writes that on the context, to which nothing leads from the response.
 */
export function watchRoutes({ context }: { readonly context?: unknown }): void {
  if (typeof context !== 'object' || context === null || Object.hasOwn(context, property)) return
  Object.defineProperty(context, property, {
    configurable: true,
    get(this: Context): unknown {
      return this[written]
    },
    set(this: Context, path: unknown) {
      this[written] = path
      if (isRoute(this, path)) this.res[found] = String(path)
    },
  })
}

function isRoute({ matched }: Context, path: unknown): boolean {
  if (typeof path !== 'string' && !(path instanceof RegExp)) return false
  return !matched || matched.some((layer) => layer.path === path && layer.methods?.length !== 0)
}

export function routeOf(_request: IncomingMessage, response: ServerResponse): string | undefined {
  return (response as Answered)[found]
}
