import type { Log } from '../../log.ts'
import type { Hint } from '../../protocol/hints.ts'

/** What it means to have several workers, and the section of docs/several-processes/index.md that has the remedy. */
type Meaning = [what: string, section: string]

const sessions = (by: string): Meaning => [
  `${by} keeps sessions in the memory of each worker: a request that another worker gets is without its session`,
  'sessions',
]

const limits = (by: string): Meaning => [
  `${by} counts in the memory of each worker: a client has its limit once in each of them`,
  'rate-limits',
]

const jobs = (by: string): Meaning => [
  `a job of ${by} has run in a worker that does not lead: what is not set up in onLead runs in every worker`,
  'cron-jobs',
]

const meanings: Record<Hint, Meaning> = {
  'express-session': sessions('express-session (MemoryStore)'),
  '@fastify/session': sessions('@fastify/session (without store)'),
  'express-rate-limit': limits('express-rate-limit (MemoryStore)'),
  '@fastify/rate-limit': limits('@fastify/rate-limit (without redis or store)'),
  '@nestjs/throttler': limits('@nestjs/throttler (without storage)'),
  'koa-ratelimit': limits("koa-ratelimit (driver 'memory')"),
  'rate-limiter-flexible': limits('rate-limiter-flexible (RateLimiterMemory)'),
  'graphql-subscriptions': [
    'the PubSub of graphql-subscriptions reaches the subscribers of one worker',
    'what-all-clients-are-told',
  ],
  'socket.io polls': [
    'a client of Socket.IO polls, and sticky is off: its next request may reach a worker that does not know its session, and be refused',
    'socketio',
  ],
  'socket.io broadcasts': [
    'Socket.IO broadcasts without an adapter for several processes: the clients of one worker are reached',
    'socketio',
  ],
  cron: jobs('cron'),
  'node-schedule': jobs('node-schedule'),
}

/** Says, once for each, what in the program is for one process, while there are several workers. */
export class Hints {
  readonly #slots: readonly unknown[]
  readonly #settings: { readonly hints: boolean; readonly logger: Log }
  readonly #told = new Set<Hint>()

  /** @param slots as they are when a hint comes. */
  constructor(slots: readonly unknown[], settings: { readonly hints: boolean; readonly logger: Log }) {
    this.#slots = slots
    this.#settings = settings
  }

  take(hint: Hint): void {
    const { hints, logger } = this.#settings
    if (!hints || this.#slots.length < 2 || this.#told.has(hint)) return
    this.#told.add(hint)
    const [what, section] = meanings[hint]
    logger.warn('hint', `${what}. See docs/several-processes#${section} (hints: false leaves this out)`, {
      about: hint,
    })
  }
}
