/** Packages that pieces of code import and this workspace has not: what comes from them is not checked, and they are not run. */
declare module '@apollo/server'
declare module '@as-integrations/express5'
declare module '@hapi/hapi'
declare module '@hono/node-ws'
declare module '@nestjs/microservices' {
  export type MicroserviceOptions = any
  export const Transport: any
}
declare module '@nestjs/schedule' {
  export const Cron: any
  export class SchedulerRegistry {
    [method: string]: any
  }
}
declare module '@opentelemetry/exporter-metrics-otlp-http'
declare module '@opentelemetry/resources'
declare module '@socket.io/redis-adapter'
declare module 'bullmq'
declare module 'crossws/adapters/node'
declare module 'h3'
declare module 'next'
declare module 'next/dist/server/lib/incremental-cache/file-system-cache.js'
declare module 'node-cron'
declare module 'node:sqlite'
declare module 'pg'
declare module 'redis'
declare module 'supertest'
declare module 'throng'
