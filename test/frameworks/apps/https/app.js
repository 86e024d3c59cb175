import { setTimeout as sleep } from 'node:timers/promises'

export async function app(request, response) {
  if (request.url === '/') response.end('hello')
  else if (request.url === '/echo') request.pipe(response)
  else if (request.url === '/later') {
    await sleep(20)
    response.end('later')
  } else {
    console.log('slow request begins')
    await sleep(700)
    response.end('slow')
  }
}
