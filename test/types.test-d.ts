// Nothing here runs: that it compiles is the test.
import http from 'node:http'
import https from 'node:https'
import http2 from 'node:http2'
import { type Cluster, clustered as core, ClusteredError } from '@clustered/core'
import { clusteredMetrics } from '@clustered/core/otel'
import { clustered as express, type ScaleStep, type WorkerBounds } from '@clustered/express'
import { clustered as fetching } from '@clustered/fetch'
import { clustered as fastify } from '@clustered/fastify'
import { clustered as hono, health, shed } from '@clustered/hono'
import { clustered as koa, onLead, publish, subscribe } from '@clustered/koa'
import { clustered as nest } from '@clustered/nest'
import type { INestApplication } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import type { MetricProducer } from '@opentelemetry/sdk-metrics'
import express5 from 'express'
import express4 from 'express4'
import Fastify from 'fastify'
import { Hono } from 'hono'
import Koa3 from 'koa'
import Koa2 from 'koa2'

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
type Exactly<Actual, Expected> = Same<Actual, Expected> extends true ? Actual : never

/** Compiles when `actual` has the type `Expected` and no other. */
declare function exactly<Expected>(): <Actual>(actual: Exactly<Actual, Expected>) => void

declare const AppModule: new () => object

export async function theAppKeepsItsType(): Promise<void> {
  const app5 = express(express5()).app
  exactly<express5.Express>()(app5)
  app5.get('/', (request, response) => void response.send(request.query['name']))

  const app4 = express(express4()).app
  exactly<ReturnType<typeof express4>>()(app4)
  app4.get('/', (request, response) => void response.send(request.query['name']))

  const app3 = koa(new Koa3()).app
  exactly<Koa3>()(app3)
  app3.use((context) => void (context.body = context.query))

  const app2 = koa(new Koa2()).app
  exactly<Koa2>()(app2)
  app2.use((context) => void (context.body = context.query))

  interface State {
    user: string
  }
  interface Context {
    find(id: number): string
  }
  const typed3 = koa(new Koa3<State, Context>()).app
  exactly<Koa3<State, Context>>()(typed3)
  typed3.use((context) => void (context.body = context.find(context.state.user.length)))

  const typed2 = koa(new Koa2<State, Context>()).app
  exactly<Koa2<State, Context>>()(typed2)
  typed2.use((context) => void (context.body = context.find(context.state.user.length)))

  class Shop extends Koa3 {
    readonly stock = 1
  }
  exactly<Shop>()(koa(new Shop()).app)

  const fastifyApp = Fastify()
  exactly<typeof fastifyApp>()(fastify(fastifyApp).app)
  const secure = Fastify({ http2: true, https: {} })
  exactly<() => typeof secure>()(fastify(() => secure).app)
  fastify(secure, { onServer: (server) => exactly<http2.Http2SecureServer>()(server) })
  exactly<Cluster>()(await fastify(fastifyApp).listen({ port: 3000, host: '0.0.0.0' }))

  const nestApp = nest(await NestFactory.create<NestExpressApplication>(AppModule)).app
  exactly<NestExpressApplication>()(nestApp)
  nestApp.useStaticAssets('public')

  exactly<http.Server>()(core(http.createServer()).app)
  exactly<https.Server>()(core(https.createServer({})).app)
  exactly<http2.Http2SecureServer>()(core(http2.createSecureServer({})).app)
  const listener: http.RequestListener = (_request, response) => void response.end()
  exactly<http.RequestListener>()(core(listener).app)
  core((request, response) => void response.end(request.url))
  core(async (request, response) => void response.end(request.url))
  core(express5())
  core(new Koa3().callback())
}

export function aFunctionThatMakesTheAppIsTaken(): void {
  exactly<() => express5.Express>()(express(() => express5()).app)
  exactly<() => ReturnType<typeof express4>>()(express(() => express4()).app)
  exactly<() => Promise<express5.Express>>()(express(async () => express5()).app)
  exactly<() => Koa3>()(koa(() => new Koa3()).app)
  exactly<() => Koa2<{ user: string }>>()(koa(() => new Koa2<{ user: string }>()).app)
  exactly<() => Promise<Koa3>>()(koa(async () => new Koa3()).app)
  exactly<() => Promise<INestApplication>>()(nest(() => NestFactory.create(AppModule)).app)
  exactly<() => http.Server>()(core(() => http.createServer()).app)
  exactly<() => Promise<https.Server>>()(core(async () => https.createServer({})).app)
  exactly<() => Promise<express5.Express>>()(core(async () => express5()).app)
}

export function noOtherAppIsTaken(): void {
  // @ts-expect-error: not an Express app
  express(new Koa3())
  // @ts-expect-error: not an Express app
  express(new Koa2())
  // @ts-expect-error: not an Express app
  express(() => new Koa3())
  // @ts-expect-error: not an Express app
  express(async () => new Koa3())
  // @ts-expect-error: not an Express app
  express(express5.Router())
  // @ts-expect-error: not an Express app
  express((request: http.IncomingMessage, response: http.ServerResponse) => void response.end(request.url))

  // @ts-expect-error: not a Koa app
  koa(express5())
  // @ts-expect-error: not a Koa app
  koa(express4())
  // @ts-expect-error: not a Koa app
  koa(() => express5())
  // @ts-expect-error: not a Koa app
  koa(async () => express5())
  // @ts-expect-error: not a Koa app, but its listener
  koa(new Koa3().callback())
  // @ts-expect-error: not a Koa app, but its class
  koa(Koa3)

  // @ts-expect-error: not a Fastify app
  fastify(express5())
  // @ts-expect-error: not a Fastify app
  fastify(async () => new Koa3())

  // @ts-expect-error: not a Nest app
  nest(express5())
  // @ts-expect-error: not a Nest app
  nest(() => new Koa3())

  // @ts-expect-error: not a listener, but its app
  core(new Koa3())

  for (const clustered of [express, fastify, koa, nest, core]) {
    // @ts-expect-error: nothing at all
    clustered()
    // @ts-expect-error: nothing at all
    clustered(undefined)
    // @ts-expect-error: a plain object
    clustered({})
    // @ts-expect-error: a promise, where a function is needed
    clustered(Promise.resolve(express5()))
  }
}

export function whatHasFetchIsTaken(): void {
  const app = new Hono<{ Variables: { user: string } }>().get('/users/:id', (c) =>
    c.json({ user: c.var.user }),
  )
  exactly<typeof app>()(hono(app).app)
  exactly<() => Promise<Hono>>()(hono(async () => new Hono()).app)
  exactly<http.Server>()(hono(http.createServer()).app)
  app.use(health(), shed({ maxInFlight: 100 })).get('/few', shed({ maxInFlight: 1 }), (c) => c.text('few'))
  hono(app, { websocket: { server: {} }, workers: 2, onServer: (server) => exactly<http.Server>()(server) })

  exactly<typeof app>()(fetching(app).app)
  exactly<(request: Request) => Response>()(fetching((request: Request) => new Response(request.url)).app)
  fetching(async (request) => new Response(await request.text()))
  fetching({ fetch: (request: Request, env: object) => new Response(request.url + Object.keys(env).join()) })
  fetching((request) => new Response(`${request.ip} ${request.runtime?.node?.req.url}`))
  fetching(() => Promise.resolve(app))

  // @ts-expect-error: not a Hono app
  hono(express5())
  // @ts-expect-error: not a Hono app, but its handler
  hono(app.fetch)
  // @ts-expect-error: a request listener of Node
  fetching((request: http.IncomingMessage, response: http.ServerResponse) => void response.end(request.url))
  // @ts-expect-error: it answers nothing
  fetching((request: Request) => request.url)
  // @ts-expect-error: that is an option of @clustered/hono
  fetching(app, { websocket: { server: {} } })
}

export function everyFormOfListenIsTaken(): void {
  const { listen } = core(http.createServer())
  const done = (error?: Error): void => void error
  const port: string | undefined = process.env['PORT']

  exactly<Cluster>()(listen())
  listen(done)
  listen(8000)
  listen('8000')
  listen(port)
  listen(port ?? 8000, done)
  listen(8000, done)
  listen(8000, 511)
  listen(8000, 511, done)
  listen(8000, '::1')
  listen(8000, '::1', done)
  listen(8000, '::1', 511)
  listen(8000, '::1', 511, done)
  listen('/run/app.sock')
  listen('/run/app.sock', done)
  listen('/run/app.sock', 511, done)
  listen({ port: 8000 })
  listen({ port: 8000, host: '::', backlog: 511, ipv6Only: true }, done)
  listen({ path: '/run/app.sock', readableAll: true, writableAll: true }, done)

  // What Express and Node take as a callback.
  listen(8000, () => {})
  listen(8000, async () => {})
  listen(8000, (error) => void error?.message)
  listen(8000, (error?: Error) => void error)
  listen(8000, (error: Error | undefined) => void error)
  listen(8000, (error) => {
    if (error instanceof ClusteredError && error.code === 'ERR_CLUSTERED_BOOT_FAILED') throw error
  })

  // @ts-expect-error: the error may be missing
  listen(8000, (error: Error) => void error.message)
  // @ts-expect-error: workers cannot share a handle
  listen(http.createServer())
  // @ts-expect-error: a host is no boolean
  listen(8000, true)
  // @ts-expect-error: it is spelt port
  listen({ prot: 8000 })
}

export function optionsAreChecked(): void {
  const app = express5()
  express(app, {})
  express(app, undefined)
  const logger = { info() {}, warn() {}, error() {} }
  express(app, {
    workers: 4,
    bootTimeout: 1,
    drainTimeout: 1,
    balance: 'kernel',
    reload: { surge: 2, soak: 0 },
    logger,
  })
  express(app, { env: () => ({ VERSION: '2', SECRET: undefined }), crash: 'exit', logger: console })
  express(app, { logger: false })

  // @ts-expect-error: no such option
  express(app, { worker: 4 })
  // @ts-expect-error: a number
  express(app, { workers: '4' })
  // @ts-expect-error: 'auto', 'kernel' or 'round-robin'
  express(app, { balance: 'fair' })
  // @ts-expect-error: 'contain' or 'exit'
  express(app, { crash: 'ignore' })
  // @ts-expect-error: it is reload.soak
  express(app, { soak: 1000 })
  // @ts-expect-error: no such option of reload
  express(app, { reload: { workers: 1 } })
  // @ts-expect-error: a function
  express(app, { env: { VERSION: '2' } })
  // @ts-expect-error: false, but not true
  express(app, { logger: true })
  // @ts-expect-error: the port belongs to listen
  express(app, 8000)
}

export async function theClusterIsTyped(): Promise<void> {
  const cluster = koa(new Koa3()).listen(8000)
  exactly<'primary' | 'worker' | 'single'>()(cluster.role)
  exactly<number | undefined>()(cluster.workers[0]?.pid)
  await cluster.ready
  await cluster.reload()
  await cluster.scale(2)
  cluster.on('worker:ready', (worker, bootTime) => void (worker.slot + bootTime))
  cluster.on('reload:failed', (generation, error) => void [generation.toFixed(), error.message])
  // @ts-expect-error: this event gives a worker and how it ended
  cluster.on('worker:exit', (worker: string) => void worker)
  // @ts-expect-error: how many?
  void cluster.scale()
  await cluster.close()
}

export function theNumberOfWorkersMayFollowTheLoad(): void {
  const { listen } = express(express5(), { workers: { min: 2 } })
  listen(0).on('scale', (workers, step) => {
    exactly<number>()(workers)
    exactly<ScaleStep>()(step)
  })
  const bounds: WorkerBounds = { min: 2, max: 8 }
  koa(new Koa3(), { workers: bounds })
  // @ts-expect-error: without the least there are none.
  koa(new Koa3(), { workers: { max: 8 } })
}

export function theLeadHasASignal(cluster: Cluster): void {
  onLead((signal) => signal.addEventListener('abort', () => {}))
  koa(new Koa3(), { onLead: async (signal) => signal.throwIfAborted() })
  cluster.on('worker:lead', ({ leads }) => exactly<boolean>()(leads))
  // @ts-expect-error: it is given a signal, and nothing else.
  onLead((signal, worker) => worker)
}

export async function messagesSayWhatTheyCarry(): Promise<void> {
  exactly<() => void>()(subscribe<{ id: number }>('changed', ({ id }) => id.toFixed()))
  await publish('changed', { id: 1 })
  await publish<{ id: number }>('changed', { id: 1 })
  // @ts-expect-error: of another kind.
  await publish<{ id: number }>('changed', { id: '1' })
  // @ts-expect-error: who does not say what it is knows nothing of it.
  subscribe('changed', (data) => data.id)
}

export function anSdkTakesTheHistograms(): MetricProducer {
  return clusteredMetrics()
}
