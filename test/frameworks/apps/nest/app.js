import { setTimeout as sleep } from 'node:timers/promises'
import { Controller, Get, HttpCode, Module, Post, Req, Res } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { WsAdapter } from '@nestjs/platform-ws'
import { WebSocketGateway } from '@nestjs/websockets'

/** There is only one of the two in a project. */
const fastify = await import('@nestjs/platform-fastify').catch(() => undefined)

class Answers {
  hello() {
    return 'hello'
  }

  async later() {
    await sleep(20)
    return 'later'
  }

  async slow() {
    console.log('slow request begins')
    await sleep(700)
    return 'slow'
  }

  echo(request, response) {
    if (fastify) response.send(request.body)
    else request.pipe(response)
  }
}

/** Decorators by hand, so that no compiler is needed. */
function decorate(name, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(Answers.prototype, name)
  for (const decorator of decorators) decorator(Answers.prototype, name, descriptor)
}

decorate('hello', Get('/'))
decorate('later', Get('later'))
decorate('slow', Get('slow'))
decorate('echo', Post('echo'), HttpCode(200))
Req()(Answers.prototype, 'echo', 0)
Res()(Answers.prototype, 'echo', 1)
Controller()(Answers)

const hook = (name) => console.log(`hook ${name} ${process.pid}`)

class Echo {
  handleConnection(socket) {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  }

  onModuleDestroy = () => hook('onModuleDestroy')
  beforeApplicationShutdown = () => hook('beforeApplicationShutdown')
  onApplicationShutdown = () => hook('onApplicationShutdown')
}

WebSocketGateway({ path: '/socket' })(Echo)

const AppModule = function () {}

Module({ controllers: [Answers], providers: [Echo] })(AppModule)

export async function createApp() {
  const options = { logger: ['error', 'warn'] }
  const app = fastify
    ? await NestFactory.create(AppModule, new fastify.FastifyAdapter(), options)
    : await NestFactory.create(AppModule, options)
  app.useWebSocketAdapter(new WsAdapter(app))
  const raw = (_request, body, done) => done(null, body)
  if (fastify) app.getHttpAdapter().getInstance().addContentTypeParser('*', { parseAs: 'buffer' }, raw)
  return app
}
