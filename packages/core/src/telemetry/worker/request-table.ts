import { Histogram } from '../histogram.ts'
import type { Labels } from '../metric.ts'

/** In seconds; those that OpenTelemetry gives the duration of a request. */
export const durationBounds: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]

/** Any other is `_OTHER`: a client can make up as many as it likes. */
const methods = new Set([
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'DELETE',
  'CONNECT',
  'OPTIONS',
  'TRACE',
  'PATCH',
  'QUERY',
])

/** A framework that takes a path for a route would make one of each. */
const mostRoutes = 200
const longestRoute = 200

/**
 * How a request ended that has no complete answer: its client went away
 * (`'aborted'`), or its connection or stream was ended here (`'cut'`).
 */
export type Unfinished = 'aborted' | 'cut'

/** Its histogram for each outcome, by a number that stands for status and end. */
type Outcomes = Map<number, Histogram>

/** How long requests took, by what they were and how they ended. */
export class RequestTable {
  readonly #routes = new Map<string | undefined, Map<string, Outcomes>>()
  readonly #all: Histogram[] = []

  /**
   * @param status 0 where no head of an answer has left.
   * @param duration in seconds.
   */
  add(
    method: string,
    status: number,
    route: string | undefined,
    unfinished: Unfinished | undefined,
    duration: number,
  ): void {
    const outcome =
      unfinished === undefined ? status : unfinished === 'aborted' ? -2 * status - 1 : -2 * status - 2
    const known = this.#routes.get(route)?.get(method)?.get(outcome)
    if (known) known.add(duration)
    else this.#make(method, status, route, unfinished, outcome).add(duration)
  }

  get series(): readonly Histogram[] {
    return this.#all
  }

  #make(
    given: string,
    status: number,
    givenRoute: string | undefined,
    unfinished: Unfinished | undefined,
    outcome: number,
  ): Histogram {
    const method = methods.has(given) ? given : '_OTHER'
    const route =
      givenRoute === undefined ||
      (this.#routes.size <= mostRoutes && givenRoute.length <= longestRoute) ||
      this.#routes.has(givenRoute)
        ? givenRoute
        : 'other'
    const byMethod = ensure(this.#routes, route, () => new Map<string, Outcomes>())
    const outcomes = ensure(byMethod, method, (): Outcomes => new Map())
    return ensure(outcomes, outcome, () => {
      const series = new Histogram(durationBounds, labelsOf(method, status, route, unfinished))
      this.#all.push(series)
      return series
    })
  }
}

function labelsOf(
  method: string,
  status: number,
  route: string | undefined,
  unfinished: Unfinished | undefined,
): Labels {
  const error = unfinished ?? (status >= 500 ? String(status) : undefined)
  return {
    http_request_method: method,
    ...(status > 0 && { http_response_status_code: String(status) }),
    ...(route !== undefined && { http_route: route }),
    ...(error !== undefined && { error_type: error }),
  }
}

function ensure<Key, Value>(map: Map<Key, Value>, key: Key, make: () => Value): Value {
  const known = map.get(key)
  if (known !== undefined) return known
  const made = make()
  map.set(key, made)
  return made
}
