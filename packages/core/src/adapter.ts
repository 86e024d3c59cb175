import type { RequestListener } from 'node:http'
import type { Server } from 'node:net'

/** What can serve: a request listener, or a server made of one (`http`, `https`, `http2`). */
export type Target = RequestListener | Server

/** What a framework fulfils so that its apps can be clustered. */
export interface Adapter<App> {
  /** What an app is called in an error, such as 'an Express app'. */
  readonly accepts: string
  /** Tells an app from a function that makes one. */
  isApp(value: unknown): value is App
  /** Called in each worker. */
  toTarget(app: App): Target
}
