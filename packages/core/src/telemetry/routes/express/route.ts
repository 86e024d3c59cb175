import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Route } from './pattern.ts'
import { type App, routesIn } from './tree.ts'

/** What Express 4 and 5 put on a request. */
interface Routed extends IncomingMessage {
  /** The last that matched. */
  route?: Route
  app?: App
  originalUrl?: string
  /** There is none once all routers have been left. */
  next?: unknown
}

/** How long (in ms) an app is not looked through again for routes that it did not have. */
const pause = 1000

/** What each route is called; of one that has several paths, those. */
const known = new WeakMap<Route, string[]>()
const lookedAt = new WeakMap<App, number>()

/** The path that the route was given, behind those under which its routers and apps are mounted. */
export function routeOfExpress(request: IncomingMessage, response: ServerResponse): string | undefined {
  const { route, app, originalUrl, next } = request as Routed
  if (typeof route !== 'object' || route === null || !isApp(app)) return undefined
  // Nobody answered it: the route has passed it on.
  if (response.statusCode === 404 && next === undefined) return undefined
  const paths = pathsOf(route, app)
  if (!paths || paths.length < 2) return paths?.[0]
  const path = originalUrl?.replace(/\?.*$/s, '') ?? ''
  return paths.find((pattern) => mayMatch(pattern, path)) ?? paths[0]
}

function pathsOf(route: Route, app: App): string[] | undefined {
  const paths = known.get(route)
  if (paths) return paths
  const now = performance.now()
  // An error leaves the mounted app, whose the route is: it has been seen before, or will be.
  if (now - (lookedAt.get(app) ?? -pause) < pause) return undefined
  lookedAt.set(app, now)
  for (const [each, its] of routesIn(app)) known.set(each, [...new Set(its)])
  return known.get(route)
}

function isApp(app: unknown): app is App {
  return typeof app === 'function' && 'mountpath' in app
}

/** Whether a path is one of those that a pattern stands for: only text and parameters are compared. */
function mayMatch(pattern: string, path: string): boolean {
  if (pattern.includes('/^') || pattern.startsWith('/(')) return false
  return expressionOf(pattern).test(path)
}

const expressions = new Map<string, RegExp>()

function expressionOf(pattern: string): RegExp {
  const made = expressions.get(pattern)
  if (made) return made
  const source = pattern.replace(/:\w+\??|\{.*?\}|\*\w*|[\\^$+?.()|[\]{}]/g, (found) =>
    found.startsWith(':') ? '[^/]*' : found.startsWith('*') || found.startsWith('{') ? '.*' : `\\${found}`,
  )
  const expression = new RegExp(`^${source}/?$`, 'i')
  expressions.set(pattern, expression)
  return expression
}
