// What the workers of every system answer. A copy of this folder lies where the peers are installed.
import { threadId } from 'node:worker_threads'

/** With 'access-log' each request writes a line, as morgan and pino do; with 'module-error' see below. */
const { WITH } = process.env

/** In ms. */
const eventEvery = 1000

/** Watt's workers are threads of one process. */
const me = `${process.pid}.${threadId}`

const nothing = new Int32Array(new SharedArrayBuffer(4))

export function answer(request, response) {
  if (WITH === 'access-log') process.stdout.write(`${request.method} ${request.url}\n`)
  // What throughput is measured with does no more than this.
  if (request.url === '/') response.end('hello')
  else {
    const { pathname, searchParams } = new URL(request.url, 'http://localhost')
    paths[pathname](response, Number(searchParams.get('ms') ?? 0))
  }
}

const paths = {
  '/who': (response) => response.end(me),
  '/later': (response, ms) => setTimeout(() => response.end('hello'), ms),
  /** Holds the event loop, and takes no CPU: two cores can play sixteen. */
  '/hold'(response, ms) {
    Atomics.wait(nothing, 0, 0, ms)
    response.end(me)
  },
  '/block'(response, ms) {
    const end = Date.now() + ms
    while (Date.now() < end);
    response.end('hello')
  },
  '/throw': () =>
    setTimeout(() => {
      throw new Error('as told')
    }),
  '/exit': () => process.exit(),
  '/events'(response) {
    response.writeHead(200, { 'Content-Type': 'text/event-stream' })
    response.write('data: welcome\n\n')
    const timer = setInterval(() => response.write('data: tick\n\n'), eventEvery)
    response.on('close', () => clearInterval(timer))
  },
}

// In whatever process loads the app.
if (WITH === 'module-error') setTimeout(() => Promise.reject(new Error('db gone')), 2000)
