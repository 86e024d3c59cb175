import { buffer, serve } from 'micro'
import { setTimeout as sleep } from 'node:timers/promises'

export const app = serve(async (request) => {
  if (request.url === '/') return 'hello'
  if (request.url === '/echo') return buffer(request)
  if (request.url === '/later') return sleep(20, 'later')
  console.log('slow request begins')
  return sleep(700, 'slow')
})
