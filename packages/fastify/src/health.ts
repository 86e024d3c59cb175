import { type HealthAnswer, type HealthPaths, HealthProbes } from '@clustered/core'

/** What of a Fastify request it needs, in Fastify 4 and 5 alike. */
export interface HealthRequest {
  readonly method: string
  readonly url: string
}

/** What of a Fastify reply it needs, in Fastify 4 and 5 alike. */
export interface HealthReply {
  code(status: number): unknown
  headers(values: Record<string, string>): unknown
  send(body: any): unknown
}

/** Fits Fastify 4 and 5. */
export type HealthHook = (request: HealthRequest, reply: HealthReply, done: () => void) => void

/**
 * A hook that answers `/livez`, `/readyz` and `/healthz`, for programs that have
 * one port only:
 *
 * ```ts
 * app.addHook('onRequest', health())
 * ```
 * A worker that is busy answers late: where that matters, use the option `admin`.
 * @throws {ClusteredError} ERR_CLUSTERED_BAD_OPTION
 */
export function health(paths?: HealthPaths): HealthHook {
  const probes = new HealthProbes(paths)
  return ({ method, url }, reply, done) => {
    const answer = probes.answer(method, url)
    if (!answer) return done()
    void send(reply, answer)
  }
}

async function send(reply: HealthReply, answer: HealthAnswer | Promise<HealthAnswer>): Promise<void> {
  const { status, headers, body } = await answer
  reply.code(status)
  reply.headers(headers)
  reply.send(body)
}
