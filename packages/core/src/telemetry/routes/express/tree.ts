import { type Layer, mountsOf, patternsOf, type Route } from './pattern.ts'

/** An app or router of Express 4 or 5, as far as it is looked at. */
export interface App {
  /** Of Express 4. */
  _router?: Stack
  /** Of Express 5; that of Express 4 throws. */
  router?: Stack
  parent?: App
  mountpath?: unknown
}

interface Stack {
  stack?: unknown
}

/** Routers that lead to each other, or a tree that somebody makes without end. */
const deepest = 20
const mostRoutes = 10_000

/** The whole paths of every route that an app has, in its routers too. An app that is mounted in it has its own. */
export function routesIn(app: App): Map<Route, string[]> {
  const routes = new Map<Route, string[]>()
  walk(app._router ?? app.router, prefixesOf(app), routes, 0)
  return routes
}

/** Under what the app is mounted in others. */
function prefixesOf(app: App): string[] {
  const { parent, mountpath } = app
  if (!parent) return ['']
  return joinAll(prefixesOf(parent), patternsOf(mountpath))
}

function walk(
  router: Stack | undefined,
  prefixes: string[],
  routes: Map<Route, string[]>,
  depth: number,
): void {
  if (!Array.isArray(router?.stack) || depth > deepest) return
  for (const layer of router.stack as Layer[]) {
    if (routes.size >= mostRoutes) return
    const { route, handle } = layer
    if (route) routes.set(route, [...(routes.get(route) ?? []), ...joinAll(prefixes, patternsOf(route.path))])
    else if (handle?.stack) walk(handle, joinAll(prefixes, mountsOf(layer)), routes, depth + 1)
  }
}

function joinAll(prefixes: string[], paths: string[]): string[] {
  return prefixes.flatMap((prefix) => paths.map((path) => join(prefix, path)))
}

function join(prefix: string, path: string): string {
  return path === '/' && prefix !== '' ? prefix : prefix.replace(/\/$/, '') + path
}
