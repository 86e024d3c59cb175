import type { IncomingMessage, ServerResponse } from 'node:http'

/** The route of a request, on its response. */
const found = Symbol('clustered: route')
const watched = Symbol('clustered: watched')

interface Answered extends ServerResponse {
  [found]?: string | undefined
}

interface Context {
  readonly env?: { readonly outgoing?: Answered }
}

type Handler = (context: Context, next: () => unknown) => unknown

interface Route {
  readonly method: string
  readonly path: string
}

/** What a router of Hono has of a handler. Hono calls the first of it. */
type Entry = [handler: Handler, route: Route] & { [watched]?: true }

type Match = (...asked: unknown[]) => readonly [readonly (readonly [Entry, ...unknown[]])[], ...unknown[]]

/**
 * From now on it is noted which handlers a request comes to. Nothing leads from
 * a response to what Hono knows of it, and only its router sees each handler.
 */
export function watchRoutes(app: object): void {
  const { router } = app as { router?: { match?: Match } }
  if (typeof router?.match !== 'function' || Object.getOwnPropertyDescriptor(router, 'match')?.get) return
  let { match } = router
  const watching: Match = (...asked) => {
    const matched = Reflect.apply(match, router, asked)
    for (const [entry] of matched[0]) if (!entry[watched]) watch(entry)
    return matched
  }
  // With the first request, a router puts another in its place.
  Object.defineProperty(router, 'match', {
    configurable: true,
    get: () => watching,
    set: (given: Match) => {
      match = given
    },
  })
}

function watch(entry: Entry): void {
  const [handler, { method, path }] = entry
  entry[watched] = true
  const takesNext = ofApp(handler).length > 1
  // What was given to `use` is for many routes.
  if (method === 'ALL' && takesNext) return
  entry[0] = (context, next) => {
    const answer = context.env?.outgoing
    if (!answer) return handler(context, next)
    const before = answer[found]
    answer[found] = path
    if (!takesNext) return handler(context, next)
    // It was not for this one, or it notes the route again.
    return handler(context, () => {
      answer[found] = before
      return next()
    })
  }
}

/** What an app with an `onError` of its own has for a handler when it is part of another has that inside. */
function ofApp(handler: Handler): Handler {
  const { __COMPOSED_HANDLER: inside } = handler as { __COMPOSED_HANDLER?: Handler }
  return inside ? ofApp(inside) : handler
}

export function routeOf(_request: IncomingMessage, response: ServerResponse): string | undefined {
  return (response as Answered)[found]
}
