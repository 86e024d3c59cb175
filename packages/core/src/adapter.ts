import type * as http from 'node:http'
import type { ListenOptions, Server } from 'node:net'
import type { Check } from './health/checks.ts'

/** What can serve: a request listener, or a server made of one (`http`, `https`, `http2`). */
export type Target = http.RequestListener | Server

/** A thing, or a function without parameters that makes it, at once or in time. */
export type OrFactory<Thing> = Thing | (() => Thing | Promise<Thing>)

/** The server that serves a target: itself, where it is one or makes one. */
export type ServerOf<Given> = Given extends Server
  ? Given
  : Given extends () => infer Made
    ? Awaited<Made> extends Server
      ? Awaited<Made>
      : http.Server
    : http.Server

/** What a framework fulfils so that its apps can be clustered. */
export interface Adapter<App> {
  /** What an app is called in an error, such as 'an Express app'. */
  readonly accepts: string
  /** Tells an app from a server, and from a function that makes one of them. */
  isApp(value: unknown): value is App
  /**
   * Called in each worker, for each place that the app listens at. What it
   * returns is waited for, and the worker is ready no sooner; what it throws or
   * rejects with fails the boot.
   */
  toTarget(app: App): Target | Promise<Target>
  /**
   * Where an app of this framework has the options of its server, such as
   * 'Fastify({ keepAliveTimeout: 65000 })', if `toTarget` returns a server: the
   * option `server` is refused then, with this advice.
   */
  readonly serverOptions?: string
  /**
   * What `listen` was given, as this framework reads it: where it listens if
   * that has no host, say. Not asked for a server in place of an app.
   */
  listenOptions?(options: ListenOptions): ListenOptions
  /**
   * Ends what the framework has begun, by its own means. Called once for each
   * app, after the last request and all held work, and before `onShutdown`. It
   * may take what is left of `drainTimeout`, and 1000 ms at least; if it fails,
   * that is reported in the log and changes nothing else.
   * @param signal the one that ends the process, such as 'SIGTERM'; undefined in a reload, say.
   */
  close?(app: App, signal: string | undefined): unknown
  /** Checks that `/readyz` asks, beside those of the option `checks`, by name. Called once the app is ready. */
  checks?(app: App): Readonly<Record<string, Check>>
  /** The route of a request, where the framework knows it. */
  readonly routeOf?: RouteOf
}

/**
 * The route that a request was for, such as `/users/:id`: what the app was
 * given, and never what the client asked for. Called once for each answer, as
 * it ends.
 * @returns undefined where there is none, or it is not known.
 */
export type RouteOf = (request: http.IncomingMessage, response: http.ServerResponse) => string | undefined
