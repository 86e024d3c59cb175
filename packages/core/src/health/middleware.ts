import type { IncomingMessage, ServerResponse } from 'node:http'
import { ownHealth } from './own-health.ts'
import { type HealthPaths, Probes } from './probes.ts'

/** Answers probes as this process knows the program to be. What the middleware `health` of the adapters is made of. */
export class HealthProbes extends Probes {
  /** @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION */
  constructor(paths?: HealthPaths) {
    super(() => ownHealth().now(), paths)
  }
}

/** @returns whether the request was for it, and is answered. */
export type HealthListener = (request: IncomingMessage, response: ServerResponse) => boolean

/**
 * Answers probes in the workers themselves, for programs that have one port only:
 *
 * ```ts
 * const answersHealth = health()
 * clustered((request, response) => answersHealth(request, response) || app(request, response))
 * ```
 * A worker that is busy answers late: where that matters, use the option `admin`.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function health(paths?: HealthPaths): HealthListener {
  const probes = new HealthProbes(paths)
  return ({ method, url }, response) => {
    const answer = probes.answer(method, url)
    if (!answer) return false
    void Promise.resolve(answer).then(({ status, headers, body }) =>
      response.writeHead(status, headers).end(body),
    )
    return true
  }
}
