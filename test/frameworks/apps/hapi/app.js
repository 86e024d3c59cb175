import Hapi from '@hapi/hapi'
import { setTimeout as sleep } from 'node:timers/promises'

export function makeServer(options) {
  const server = Hapi.server(options)
  server.route([
    { method: 'GET', path: '/', handler: () => 'hello' },
    { method: 'GET', path: '/later', handler: () => sleep(20, 'later') },
    {
      method: 'POST',
      path: '/echo',
      options: { payload: { parse: false } },
      handler: ({ payload }) => payload,
    },
    {
      method: 'GET',
      path: '/slow',
      handler() {
        console.log('slow request begins')
        return sleep(700, 'slow')
      },
    },
  ])
  for (const name of ['onPreStop', 'onPostStop'])
    server.ext(name, () => console.log(`hook ${name} ${process.pid}`))
  return server
}
