import websocket from '@fastify/websocket'
import Fastify from 'fastify'
import { setTimeout as sleep } from 'node:timers/promises'

export async function build() {
  const app = Fastify()
  app.addContentTypeParser('*', (request, payload, done) => done(null))
  app.get('/', async () => 'hello')
  app.get('/later', () => sleep(20, 'later'))
  app.post('/echo', (request, reply) => reply.send(request.raw))
  app.get('/slow', () => {
    console.log('slow request begins')
    return sleep(700, 'slow')
  })
  await app.register(websocket)
  app.get('/socket', { websocket: true }, (socket) => {
    socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
  })
  for (const name of ['preClose', 'onClose'])
    app.addHook(name, async () => console.log(`hook ${name} ${process.pid}`))
  return app
}
