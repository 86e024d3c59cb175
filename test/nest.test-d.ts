// Nothing here runs: that it compiles is the test.
import http from 'node:http'
import type { INestApplication } from '@nestjs/common'
import { type Cluster, clustered, health, shed } from '@clustered/nest'
import { NestFactory } from '@nestjs/core'
import type { NestExpressApplication } from '@nestjs/platform-express'
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify'

declare const AppModule: new () => object

export function anAppIsTakenAndWhatMakesOne(app: NestExpressApplication): void {
  const { app: make, listen } = clustered(() => NestFactory.create(AppModule))
  make satisfies () => Promise<INestApplication>
  listen(3000) satisfies Cluster
  clustered(app).app satisfies NestExpressApplication
  clustered(http.createServer())
  clustered(
    async () => {
      const made = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter())
      made.use(health())
      return made.use(shed({ maxLoopDelay: 100 })).setGlobalPrefix('api')
    },
    { onServer: (server: http.Server) => void server.setTimeout(1000) },
  )
}

export function nothingElseIsTaken(): void {
  // @ts-expect-error: a promise, where a function is needed
  clustered(NestFactory.create(AppModule))
  // @ts-expect-error: what serves no HTTP
  clustered(() => NestFactory.createApplicationContext(AppModule))
  // @ts-expect-error: what serves no HTTP
  clustered(() => NestFactory.createMicroservice(AppModule))
  // @ts-expect-error: not an app, but its module
  clustered(AppModule)
}
