// The app of faults.js:
//
//     KIND=clustered PORT=8000 node bench/faulty-app.js
//
// KIND may be node:cluster or alone as well. WITH=module-error: its own module
// code rejects 2 s after it was loaded, in whatever process loads it.
// WITH=access-log: each request writes a line to stdout, as morgan and pino do.
import cluster from 'node:cluster'
import http from 'node:http'
import { clustered } from '@clustered/core'

const { KIND, PORT, WITH } = process.env

/** In ms. */
const eventEvery = 1000

function answer(request, response) {
  if (WITH === 'access-log') process.stdout.write(`${request.method} ${request.url}\n`)
  const { pathname, searchParams } = new URL(request.url, 'http://localhost')
  const ms = Number(searchParams.get('ms') ?? 0)
  if (pathname === '/throw')
    setTimeout(() => {
      throw new Error('as told')
    })
  else if (pathname === '/exit') process.exit()
  else if (pathname === '/block') {
    const end = Date.now() + ms
    while (Date.now() < end);
    response.end('hello')
  } else if (pathname === '/events') {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('data: welcome\n\n')
    const timer = setInterval(() => response.write('data: tick\n\n'), eventEvery)
    response.on('close', () => clearInterval(timer))
  } else setTimeout(() => response.end('hello'), ms)
}

if (WITH === 'module-error') setTimeout(() => Promise.reject(new Error('db gone')), 2000)

if (KIND === 'clustered')
  clustered(() => http.createServer(answer), { workers: 2, hangTimeout: 2000, reload: { soak: 100 } }).listen(
    PORT,
  )
else if (KIND === 'node:cluster' && cluster.isPrimary) {
  // The fork loop that everybody writes, with the reload that everybody writes.
  for (let worker = 0; worker < 2; worker++) cluster.fork()
  cluster.on('exit', (worker) => {
    console.log(`worker ${worker.process.pid} died`)
    if (!worker.replaced) cluster.fork()
  })
  process.on('SIGHUP', () => {
    for (const worker of Object.values(cluster.workers))
      cluster.fork().once('listening', () => {
        worker.replaced = true
        worker.kill('SIGTERM')
      })
  })
} else {
  const server = http.createServer(answer).listen(Number(PORT))
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => server.close(() => process.exit()))
}
