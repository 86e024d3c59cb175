import { setTimeout as sleep } from 'node:timers/promises'
import { H3 } from 'h3'

export const app = new H3()
  .get('/', () => 'hello')
  .get('/later', async () => {
    await sleep(20)
    return 'later'
  })
  .post('/echo', (event) => event.req.body)
  .get('/slow', async () => {
    console.log('slow request begins')
    await sleep(700)
    return 'slow'
  })
