import restify from 'restify'
import { setTimeout as sleep } from 'node:timers/promises'

export const server = restify.createServer()

const text = (response, body) => response.sendRaw(200, body)
server.get('/', async (request, response) => text(response, 'hello'))
server.get('/later', async (request, response) => {
  await sleep(20)
  text(response, 'later')
})
server.post('/echo', (request, response, next) => {
  request.pipe(response)
  response.once('finish', next)
})
server.get('/slow', async (request, response) => {
  console.log('slow request begins')
  await sleep(700)
  text(response, 'slow')
})
