import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ServerHttp2Stream } from 'node:http2'
import { runtime } from '../../runtime.ts'

const here = runtime()
let express: typeof import('./express/route.ts') | undefined

/** What answers on a stream of HTTP/2, where the app has it look like HTTP/1. */
const answering = Symbol('clustered: answering')

interface Answered extends ServerHttp2Stream {
  [answering]?: ServerResponse
}

/** From now on the route of what is asked for on that stream can be told. */
export function noteAnswer(stream: ServerHttp2Stream, response: ServerResponse): void {
  ;(stream as Answered)[answering] = response
}

export function routeOfStream(stream: ServerHttp2Stream): string | undefined {
  const response = (stream as Answered)[answering]
  return response && routeOf(response.req, response)
}

/**
 * The route that a request was for, such as `/users/:id`, where the framework
 * knows it. Called once for each answer, when it ends.
 */
export function routeOf(request: IncomingMessage, response: ServerResponse): string | undefined {
  try {
    const { routesOf } = here
    if (routesOf)
      for (const ask of routesOf) {
        const route = ask(request, response)
        if (route !== undefined) return typeof route === 'string' ? route : undefined
      }
    return (request as { route?: unknown }).route === undefined ? undefined : expressRoute(request, response)
  } catch {
    // The app's own objects can be anything.
    return undefined
  }
}

/** It is loaded with the first request that has a route. */
function expressRoute(request: IncomingMessage, response: ServerResponse): string | undefined {
  express ??= require('./express/route.js') as typeof import('./express/route.ts')
  return express.routeOfExpress(request, response)
}
