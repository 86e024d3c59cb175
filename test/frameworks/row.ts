import type { What } from '../support/load.ts'
import type { kinds } from './clients/kinds.ts'

/** A framework in one version, with a small project of its own. */
export interface Row {
  /** What `--only` knows it by, and its folder among those for temporary files. */
  name: string
  /** Its folder in `apps/`, which versions of one framework share. Default: `name`. */
  app?: string
  /** As the table has it. The version is that of the first package below. */
  framework: string
  /** From the registry, beside those in the package.json of its folder. Those of `@clustered` are there in any case. */
  packages: Record<string, string>
  /** Each way to start it is tried by itself. */
  starts: Start[]
  /** Run once behind the install, such as 'next build'. It finds what is in node_modules/.bin. */
  build?: string
  /** The least major version of Node.js that it runs on. Default: 20. */
  from?: number
  /** The first major version on which it does not run, in plain Node.js either. */
  before?: number
  /** What clients speak. Default: 'http'. */
  client?: keyof typeof kinds
  /** What is asked, over and over. Default: GET / for 'hello', GET /later for 'later', POST /echo. */
  requests?: What[]
  /**
   * Under way as the stop comes, and takes some 700 ms; as it begins, the app writes 'slow request begins'. Default:
   * GET /slow for 'slow'.
   */
  slow?: What
  /** The path of a WebSocket that sends back what it is sent, if the app has one. */
  webSocket?: string
  /** All it needs is in the workspace as well, so that CI tries it too. */
  inCI?: boolean
}

export interface Start {
  /** As the table has it, such as '@clustered/koa' or 'clustered start server.js'. */
  by: string
  /** Begins with `node` or `clustered`, and is run in the app's folder; the port is in PORT. Default: `by`. */
  command?: string
  /** The app's own hooks: each worker that leaves writes a line 'hook NAME PID' for each, in this order. */
  hooks?: string[]
}

export const usualRequests: What[] = [
  { path: '/', expect: 'hello' },
  { path: '/later', expect: 'later' },
  { method: 'POST', path: '/echo', body: Buffer.alloc(16_384, 'x'), expect: 'x'.repeat(16_384) },
]

export const usualSlow: What = { path: '/slow', expect: 'slow' }
