import polka from 'polka'
import { setTimeout as sleep } from 'node:timers/promises'

export const app = polka()
  .get('/', (request, response) => response.end('hello'))
  .get('/later', async (request, response) => {
    await sleep(20)
    response.end('later')
  })
  .post('/echo', (request, response) => request.pipe(response))
  .get('/slow', async (request, response) => {
    console.log('slow request begins')
    await sleep(700)
    response.end('slow')
  })
