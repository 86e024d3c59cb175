import { setTimeout as sleep } from 'node:timers/promises'
import { clustered } from '@clustered/fetch'

const routes = {
  '/': () => new Response(`hello from ${process.pid}\n`),

  // Keeps this worker's core busy; the other workers go on answering.
  '/cpu': () => new Response(`fib(38) = ${fibonacci(38)}, from ${process.pid}\n`),

  '/slow': async ({ searchParams }) => {
    await sleep(Number(searchParams.get('ms') ?? 5000))
    return new Response(`slow hello from ${process.pid}\n`)
  },

  // An error that nothing catches: it ends this worker.
  '/crash': () =>
    new Promise(() => {
      setTimeout(() => {
        throw new Error('crashed as asked')
      })
    }),

  // What a client sends comes back while it is still sending.
  '/echo': (_url, { body }) => new Response(body),
}

const app = {
  fetch(request) {
    const url = new URL(request.url)
    return routes[url.pathname]?.(url, request) ?? new Response('Not Found\n', { status: 404 })
  },
}

function fibonacci(n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)
}

clustered(app).listen(process.env.PORT ?? 8000)
