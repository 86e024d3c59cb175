import { setTimeout as sleep } from 'node:timers/promises'

export const addRoutes = (app) =>
  app
    .get('/', () => 'hello')
    .get('/later', async () => {
      await sleep(20)
      return 'later'
    })
    .post('/echo', ({ request }) => new Response(request.body), { parse: 'none' })
    .get('/slow', async () => {
      console.log('slow request begins')
      await sleep(700)
      return 'slow'
    })
