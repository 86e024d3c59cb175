// Four workers that all subscribe to what one of them publishes.
import http from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { clustered, publish, subscribe } from '@clustered/core'

const [port, balance] = process.argv.slice(2)
let got = 0

async function publishMany(rate, seconds, size) {
  const data = 'x'.repeat(size)
  const start = performance.now()
  let sent = 0
  for (let elapsed = 0; elapsed < seconds * 1000; elapsed = performance.now() - start) {
    for (; sent < (elapsed * rate) / 1000; sent++) void publish('bench', { sent, data })
    await sleep(1)
  }
  return sent
}

const makeServer = () => {
  subscribe('bench', () => got++)
  return http.createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost')
    const number = (name) => Number(searchParams.get(name))
    if (pathname === '/publish')
      response.end(String(await publishMany(number('rate'), number('seconds'), number('size'))))
    else response.end(`${process.pid} ${got}`)
  })
}

clustered(makeServer, { workers: 4, balance, logger: { info() {}, warn() {}, error: console.error } }).listen(
  Number(port),
  '127.0.0.1',
  () => console.error('listening on it'),
)
