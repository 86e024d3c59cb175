// The app of faults.js: node bench/faulty-app.js <clustered | node:cluster | alone> <port>
import cluster from 'node:cluster'
import http from 'node:http'
import { clustered } from '@clustered/core'

const [kind, port] = process.argv.slice(2)

function answer(request, response) {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  const ms = Number(searchParams.get('ms') ?? 0)
  if (pathname === '/throw')
    setTimeout(() => {
      throw new Error('as told')
    })
  else if (pathname === '/block') {
    const end = Date.now() + ms
    while (Date.now() < end);
    response.end('hello')
  } else if (pathname === '/events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    const timer = setInterval(() => response.write('data: tick\n\n'), 200)
    response.once('close', () => clearInterval(timer))
  } else setTimeout(() => response.end('hello'), ms)
}

if (kind === 'clustered')
  clustered(() => http.createServer(answer), { workers: 2, hangTimeout: 2000, reload: { soak: 100 } }).listen(
    port,
  )
else if (kind === 'node:cluster' && cluster.isPrimary) {
  // The fork loop that everybody writes, with the reload that everybody writes.
  for (let worker = 0; worker < 2; worker++) cluster.fork()
  cluster.on('exit', (worker) => !worker.replaced && cluster.fork())
  process.on('SIGHUP', () => {
    for (const worker of Object.values(cluster.workers))
      cluster.fork().once('listening', () => {
        worker.replaced = true
        worker.kill('SIGTERM')
      })
  })
} else {
  const server = http.createServer(answer).listen(Number(port))
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close(() => process.exit()))
}
