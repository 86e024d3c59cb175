import type { IncomingMessage, Server } from 'node:http'
import type { HealthOptions } from './health-options.ts'
import type { Hooks } from './hooks.ts'
import type { LogLine } from './log.ts'
import type { Logger } from './logger.ts'
import type { HttpServerOptions } from './server-options.ts'
import type { MetricsRegistry } from './telemetry/prom-client/registries.ts'

/** All durations are in milliseconds. @typeParam S the server that `onServer` is given. */
export interface ClusteredOptions<S = Server> extends Hooks, HealthOptions {
  /**
   * How many workers serve, or as many as the load needs between two numbers.
   * `0` is single mode: this one process serves, no cluster, the same drain.
   * @default `WEB_CONCURRENCY`, else the usable CPUs: those that the system
   * reports, held to the container's CPU quota.
   */
  workers?: number | WorkerBounds
  /**
   * Whether the program serves, and so is ready when it listens. `false` is for
   * `supervise` and `clustered start`: a queue consumer, a scheduler, a script.
   * There is one worker unless `workers` says otherwise. `'auto'`: it need not
   * listen until it first does, and serves from then on. See docs/operate/programs.md.
   * @default true
   */
  listen?: boolean | 'auto'
  /**
   * With `listen: false`, how long a worker must stay up to be ready, or that it
   * must say so itself (`'message'`), by `process.send('ready')`, within
   * `bootTimeout`. One that says so sooner is ready sooner.
   * @default 1000
   */
  readyAfter?: number | 'message'
  /**
   * With `listen: false`, when the program starts again after it has ended by
   * itself. One that does not has finished; when all workers have, the primary
   * ends, with 0 or the first exit code that was another.
   * @default 'on-failure'
   */
  restart?: Restart
  /**
   * With `listen: false`, whether the primary lives on when the program has
   * ended, so that a reload starts it anew.
   * @default false
   */
  remainAfterExit?: boolean
  /**
   * How long a worker may take from fork to listening before it is killed and
   * counted as a failed boot. Not enforced under `--inspect`.
   * @default 30000
   */
  bootTimeout?: number
  /**
   * How long a draining worker may take to answer what it has in flight;
   * what is left then is cut. Give it more than the server's `keepAliveTimeout`
   * plus a second, so that idle connections end by themselves.
   * @default 10000
   */
  drainTimeout?: number
  /**
   * How long the cluster goes on accepting and serving after it was told to
   * stop, by SIGTERM, SIGINT, SIGQUIT or `close()`. `cluster.state` is
   * `'closing'` already. For load balancers that need a while to send no more.
   * @default 0
   */
  shutdownDelay?: number
  /**
   * How long a connection may wait while no worker is there to take it;
   * then it gets a 503. One that speaks TLS is closed.
   * @default 30000
   */
  queueTimeout?: number
  /**
   * How connections reach workers: the kernel spreads them, or the primary
   * hands each one on. `'kernel'`: over one listening socket per slot (Linux,
   * Node 22.12 and later, TCP). `'round-robin'`: the primary accepts them.
   * `'auto'`: the first where it works, else the second.
   * @default 'auto'
   */
  balance?: 'auto' | 'kernel' | 'round-robin'
  /**
   * Idle connections move between workers, away from one that drains or has
   * more than its share: clients do not reconnect, every worker is equally
   * busy, and a drain does not wait for the keep-alive timeout. Plain HTTP/1.1
   * only, and only connections that the app has nothing to do with.
   * @default true
   */
  migrate?: boolean
  /**
   * Options of `http.createServer`, for the server that is made of an app or a
   * request listener, and what else can be set on it, such as `timeout`. A target that is a server already has its own.
   * @default Node's own
   */
  server?: HttpServerOptions
  /**
   * Called with the server before it listens, in each worker and in single
   * mode, and waited for: for `ws`, Socket.IO, and what no option of `server`
   * says. What it throws fails the boot.
   */
  onServer?: (server: S) => unknown
  /**
   * How a draining worker says goodbye on connections that stay open, such as
   * WebSockets and event streams. The first get a close frame with the code 1012
   * (service restart), the others end between two events. `false`: they are cut at `drainTimeout`.
   */
  goodbye?: GoodbyeOptions | false
  /**
   * Brings requests to the worker that has their session. `'socket.io'`: those
   * of Socket.IO, in all its transports. A function is given each request, and
   * returns the `workerId()` of the worker that it belongs to, or `undefined`
   * for any. Not on Windows. See docs/long-lived/sticky.md.
   * @default off
   */
  sticky?: Sticky
  /** How a rolling reload goes about it. */
  reload?: ReloadOptions
  /**
   * What an error does that nobody has caught: end its own request, or the
   * worker with all that it has. `'contain'`: the request that
   * caused it gets a 500; the worker serves on until another has its place,
   * answers what it has and exits with the code that the crash would have had.
   * `'exit'`: the worker dies at once, as in plain Node, and every request in
   * it is cut.
   * An app's own 'uncaughtException' handlers are called in either case.
   * @default 'contain'
   */
  crash?: 'contain' | 'exit'
  /**
   * A worker whose event loop has not turned for this long is killed and
   * replaced; 0 is never. The log has the JavaScript stack that it is stuck in. Not enforced under `--inspect`. It takes a thread in each worker; see
   * docs/operate/hung-workers.md for its cost.
   * @default 30000
   */
  hangTimeout?: number
  /**
   * A worker whose event loop has not turned for this long is reported in the
   * log; 0 is never. The log has its stack, and it is left alone.
   * @default 1000
   */
  lagWarning?: number
  /**
   * A worker whose resident memory is above this is replaced: bytes, or, below
   * 1, a share of the container's memory (without a container, the machine's).
   * @default no limit
   */
  maxMemory?: number
  /**
   * A worker that has served this many requests, less up to a tenth at random,
   * is replaced.
   * @default no limit
   */
  maxRequests?: number
  /**
   * A worker that is this old, less up to a tenth at random,
   * is replaced.
   * @default no limit
   */
  maxAge?: number
  /**
   * The limit of each worker's JavaScript heap, in bytes; `false` leaves it to
   * Node. Not touched where `--max-old-space-size` is given.
   * @default in a container whose memory is limited: each worker's share of
   * three quarters of it; else Node's own
   */
  heapLimit?: number | false
  /**
   * How many workers are kept that have booted and accept nothing, to take the
   * place of one that dies, at once.
   * @default 0
   */
  spares?: number
  /**
   * Where workers keep what Node has compiled, so that the next boot need not
   * compile it again (Node 22.8 and later); `false` for nowhere. A relative name
   * is seen from the worker's working directory. See docs/reference/options.md.
   * @default a private folder of this user's
   */
  compileCache?: string | false
  /**
   * Called at every boot of a worker; what it returns is added to its
   * environment, which is what the primary was given, and a variable given as
   * `undefined` is taken out. A reload thus brings new environment along with new code.
   */
  env?: () => Record<string, string | undefined>
  /**
   * What the program is called by the `clustered` command: up to 64 letters,
   * digits and `. _ + -`, the first one a letter, a digit or `_`.
   * @default the name in the nearest package.json, else the entry file's
   */
  name?: string
  /**
   * Whether the primary opens a control socket, by which the `clustered`
   * command of the same user sees and operates it.
   * @default true
   */
  control?: boolean
  /**
   * Whether requests are timed, and the metrics of all workers kept: for
   * `cluster.metrics()`, and whatever shows them. See docs/observe/metrics.md.
   * @default true
   */
  metrics?: boolean | MetricsOptions
  /**
   * Whether the log says what in the program is for one process, where there are
   * several workers: once for each, such as sessions in memory. See
   * docs/several-processes/index.md.
   * @default true
   */
  hints?: boolean
  /**
   * Where the primary's log lines go; `false` for nowhere. `console`, pino and
   * winston fit as they are. A function gets each line as an object. See
   * docs/operate/logs.md.
   * @default stderr
   */
  logger?: Logger | ((line: LogLine) => unknown) | false
  /**
   * What the primary's own lines on stderr look like: `'json'` is an object per
   * line. Without effect where `logger` is given, and on what the app writes.
   * @default 'pretty'
   */
  logFormat?: 'pretty' | 'json'
  /**
   * Whether the primary's own pretty lines on stderr begin with the time, ISO
   * 8601 in UTC. Those of `'json'` have it in any case.
   * @default false
   */
  logTime?: boolean
}

export interface MetricsOptions {
  /**
   * The app's own registries of prom-client, besides the global ones, which are
   * found: their metrics are merged into those of the cluster. `false`: none is
   * looked for. See docs/observe/prom-client.md.
   * @default those that are found
   */
  registry?: MetricsRegistry | readonly MetricsRegistry[] | false
}

export interface GoodbyeOptions {
  /**
   * How many goodbyes each draining worker says in a second, so that clients do
   * not all come back at once. They take a quarter of `drainTimeout` at most,
   * however many there are.
   * @default 200
   */
  perSecond?: number
  /**
   * A WebSocket on which something has come or gone within this time is left a little longer; an event stream of which it is not
   * known where its events end, too.
   * @default 100
   */
  quiet?: number
}

/** How a request finds the worker that has its session. */
export type Sticky = 'socket.io' | ((request: IncomingMessage) => string | undefined)

/** What becomes of a program that has ended by itself: one that failed has any exit code but 0. */
export type Restart = 'always' | 'on-failure' | 'never'

export type ProgramOptions = Pick<ClusteredOptions, 'listen' | 'readyAfter' | 'restart' | 'remainAfterExit'>

export interface ReloadOptions {
  /**
   * How many slots a reload replaces at once. 0: one after the other, and without
   * overlap: the old worker is gone before the new one starts, at every
   * replacement. For what must not run twice at the same time.
   * @default 1
   */
  surge?: number
  /**
   * How long a new worker must stay up, serving beside the old one, before
   * the old one drains and the next slot's turn comes.
   * @default 1000
   */
  soak?: number
}

/** Between how many workers their number follows the load. */
export interface WorkerBounds {
  /** 1 or more. The cluster begins with so many. */
  min: number
  /**
   * Not below `min`.
   * @default the CPUs that the process may use, or `min` if they are fewer
   */
  max?: number
}
