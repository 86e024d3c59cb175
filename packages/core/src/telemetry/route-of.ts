import type { IncomingMessage, ServerResponse } from 'node:http'
import { runtime } from '../runtime.ts'

/**
 * The route that a request was for, such as `/users/:id`, where the framework
 * knows it. Called once for each answer, when it ends.
 */
export function routeOf(request: IncomingMessage, response: ServerResponse): string | undefined {
  const told = runtime().routeOf
  try {
    if (told)
      for (const ask of told) {
        const route = ask(request, response)
        if (route !== undefined) return route
      }
    return (request as { route?: unknown }).route === undefined ? undefined : expressRoute(request, response)
  } catch {
    // The app's own objects, which can be anything.
    return undefined
  }
}

/** It is loaded with the first request that has a route. */
function expressRoute(request: IncomingMessage, response: ServerResponse): string | undefined {
  const { routeOfExpress } = require('./express/route.js') as typeof import('./express/route.ts')
  return routeOfExpress(request, response)
}
