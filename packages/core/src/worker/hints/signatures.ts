import path from 'node:path'
import type { Hint } from '../../protocol/hints.ts'

/** What of this process makes a difference. */
export interface Program {
  /** Requests are brought to the worker that has their session: by an id of Socket.IO's, or by whatever the app knows. */
  readonly sticky: 'socket.io' | 'function' | undefined
  /** It leads, or has just led. */
  readonly leads: boolean
}

/** A call of a method, by the program or by what it uses. */
interface Call {
  readonly self: object
  readonly args: readonly unknown[]
  readonly program: Program
}

/** That something is used of which each worker has its own: its class is called then, and by nobody else. */
export interface Signature {
  readonly hint: Hint
  /** The end of the name of the file that has the class. */
  readonly file: string
  readonly method: string
  readonly isIt: (call: Call) => boolean
}

/** A session is where its requests are brought to. */
const isScattered = ({ program }: Call): boolean => program.sticky !== 'function'

/** Of stores that inherit from the one that all have in common, these are called so. */
const isScatteredMemory = (call: Call): boolean =>
  isScattered(call) && /memory/i.test(call.self.constructor.name)

/** Of a handshake, the first argument is the transport. */
const isScatteredPoll = ({ args, program }: Call): boolean =>
  args[0] === 'polling' && program.sticky === undefined

/** Adapters that reach other workers inherit from these two. */
const isInMemory = ({ self }: Call): boolean =>
  ['Adapter', 'SessionAwareAdapter'].includes(self.constructor.name)

/** What `onLead` has set up runs in one worker alone. */
const isEverywhere = ({ program }: Call): boolean => !program.leads

const rows: [Hint, file: string, method: string, isIt?: Signature['isIt']][] = [
  ['express-session', 'express-session/session/memory.js', 'set', isScattered],
  ['express-session', 'express-session/session/store.js', 'createSession', isScatteredMemory],
  ['@fastify/session', '@fastify/session/lib/store.js', 'set', isScattered],
  ['express-rate-limit', 'express-rate-limit/dist/index.cjs', 'increment'],
  ['@fastify/rate-limit', '@fastify/rate-limit/store/LocalStore.js', 'incr'],
  ['@nestjs/throttler', '@nestjs/throttler/dist/throttler.service.js', 'increment'],
  ['koa-ratelimit', 'koa-ratelimit/limiter/memory.js', 'get'],
  ['rate-limiter-flexible', 'rate-limiter-flexible/lib/RateLimiterMemory.js', 'consume'],
  ['graphql-subscriptions', 'graphql-subscriptions/dist/pubsub.js', 'publish'],
  ['socket.io polls', 'engine.io/build/server.js', 'handshake', isScatteredPoll],
  ['socket.io polls', 'engine.io/lib/server.js', 'handshake', isScatteredPoll],
  ['socket.io broadcasts', 'socket.io-adapter/dist/in-memory-adapter.js', 'broadcast', isInMemory],
  ['socket.io broadcasts', 'socket.io-adapter/dist/index.js', 'broadcast', isInMemory],
  ['cron', 'cron/dist/job.js', 'fireOnTick', isEverywhere],
  ['node-schedule', 'node-schedule/lib/Job.js', 'invoke', isEverywhere],
]

export const signatures: readonly Signature[] = rows.map(([hint, file, method, isIt = () => true]) => ({
  hint,
  file: path.sep + path.join('node_modules', file),
  method,
  isIt,
}))
