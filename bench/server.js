// The same small app under each of what is compared:
//
//     node bench/server.js <node:cluster | clustered> <port> <workers> [options of clustered, as JSON]
import cluster from 'node:cluster'
import http from 'node:http'
import { clustered } from '@clustered/core'

const [kind, port, workers, options = '{}'] = process.argv.slice(2)

function answer(request, response) {
  const ms = /block=(\d+)/.exec(request.url)?.[1]
  if (ms) {
    const end = Date.now() + Number(ms)
    while (Date.now() < end);
  }
  response.end('hello')
}

if (kind === 'clustered')
  clustered(() => http.createServer(answer), { workers: Number(workers), ...JSON.parse(options) }).listen(
    port,
    '127.0.0.1',
  )
else if (cluster.isPrimary) {
  let listening = 0
  for (let worker = 0; worker < Number(workers); worker++) cluster.fork()
  cluster.on('listening', () => {
    if (++listening === Number(workers)) console.error('listening on all')
  })
  process.on('SIGTERM', () => process.exit())
} else http.createServer(answer).listen(Number(port), '127.0.0.1')
