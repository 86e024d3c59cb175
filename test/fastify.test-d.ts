// Nothing here runs: that it compiles is the test.
import http from 'node:http'
import type { Http2Server } from 'node:http2'
import { type Cluster, clustered, health, shed } from '@clustered/fastify'
import Express from 'express'
import Fastify, { type FastifyInstance } from 'fastify'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Exactly<Actual, Expected> = Same<Actual, Expected> extends true ? Actual : never

/** Compiles when `actual` has the type `Expected` and no other. */
declare function exactly<Expected>(): <Actual>(actual: Exactly<Actual, Expected>) => void

export function theAppKeepsItsType(): void {
  const app = Fastify()
  exactly<typeof app>()(clustered(app).app)
  clustered(app).app.get('/', async (request) => request.routeOptions.url)
  exactly<() => Promise<FastifyInstance>>()(clustered(async (): Promise<FastifyInstance> => Fastify()).app)
  clustered(http.createServer(), { onServer: (server) => exactly<http.Server>()(server) })
  clustered(app, { onServer: (server) => void server.keepAliveTimeout })
  clustered(Fastify({ http2: true }), { onServer: (server) => exactly<Http2Server>()(server) })
  clustered(() => Fastify({ http2: true }), { onServer: (server) => exactly<Http2Server>()(server) })
  // @ts-expect-error: not a Fastify app
  clustered(Express())
  // @ts-expect-error: nothing at all
  clustered()
}

export async function itListensAsFastifyDoes(): Promise<void> {
  const { listen } = clustered(Fastify())
  exactly<Cluster>()(await listen({ port: 3000, host: '0.0.0.0', listenTextResolver: (address) => address }))
  await listen()
  await listen(3000)
  listen({ port: 3000 }, (error, address) => {
    exactly<Error | null>()(error)
    exactly<string>()(address)
  })
  listen({ port: 3000 }, (error?: Error) => void error).on('state', () => {})
  listen(3000, '::1', (error) => void error?.message)
  // @ts-expect-error: it is spelt port
  listen({ prot: 3000 })
}

export function itsHooksFit(): void {
  for (const app of [Fastify(), Fastify({ logger: true })] as FastifyInstance[])
    app.addHook('onRequest', health()).addHook('onRequest', shed({ maxInFlight: 1 }))
  Fastify({ http2: true })
    .addHook('onRequest', health())
    .addHook('onRequest', shed({ maxInFlight: 1 }))
  Fastify().get('/', { onRequest: shed({ maxLoopDelay: 100 }) }, async () => 'hello')
}
