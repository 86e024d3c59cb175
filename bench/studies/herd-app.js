// What herd.js measures: plain requests, and WebSockets whose begin is some work, as an app's usually is.
//
//     node bench/studies/herd-app.js <node:cluster | clustered> <port> <workers> <ms of work> [options, as JSON]
//
// SIGHUP is a rolling reload. The option `atOnce` is not clustered's: its hook closes all WebSockets together.
import cluster from 'node:cluster'
import http from 'node:http'
import { clustered } from '@clustered/core'
import { WebSocketServer } from 'ws'

const [kind, port, workers, work, json = '{}'] = process.argv.slice(2)
const { atOnce, ...options } = JSON.parse(json)
let sockets

function makeServer() {
  const server = http.createServer((_request, response) => response.end('hello'))
  sockets = new WebSocketServer({ server }).on('connection', (socket) => {
    const end = performance.now() + Number(work)
    while (performance.now() < end);
    socket.send('hello')
  })
  return server
}

function closeAtOnce() {
  for (const socket of sockets.clients) socket.close(1012)
}

if (kind === 'clustered')
  clustered(makeServer, {
    workers: Number(workers),
    reload: { soak: 50 },
    ...options,
    ...(atOnce && { onDrain: closeAtOnce }),
  }).listen(Number(port), '127.0.0.1')
else if (cluster.isPrimary) {
  const serving = () => new Promise((resolve) => cluster.fork().once('listening', resolve))
  for (let worker = 0; worker < Number(workers); worker++) await serving()
  console.error(`listening on ${port}`)
  process.on('SIGHUP', async () => {
    // As pm2 does: the next one listens, then the old one is told to go.
    for (const worker of Object.values(cluster.workers)) {
      await serving()
      worker.process.kill('SIGINT')
    }
  })
  process.on('SIGTERM', () => process.exit())
} else {
  const server = makeServer().listen(Number(port), '127.0.0.1')
  process.on('SIGINT', () => {
    closeAtOnce()
    server.close(() => process.exit())
    // As pm2 does not wait for longer either.
    setTimeout(() => process.exit(), 1600)
  })
}
