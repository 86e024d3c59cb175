/** What a worker may notice of its program: something of which each worker has one of its own. */
export const hints = [
  'express-session',
  '@fastify/session',
  'express-rate-limit',
  '@fastify/rate-limit',
  '@nestjs/throttler',
  'koa-ratelimit',
  'rate-limiter-flexible',
  'graphql-subscriptions',
  'socket.io polls',
  'socket.io broadcasts',
  'cron',
  'node-schedule',
] as const

export type Hint = (typeof hints)[number]

export function isHint(value: unknown): boolean {
  return hints.includes(value as Hint)
}
