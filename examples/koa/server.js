import { setTimeout as sleep } from 'node:timers/promises'
import Koa from 'koa'
import { clustered } from '@clustered/koa'

const app = new Koa()

const routes = {
  '/': () => `hello from ${process.pid}\n`,

  // Keeps this worker's core busy; the other workers go on answering.
  '/cpu': () => `fib(38) = ${fibonacci(38)}, from ${process.pid}\n`,

  '/slow': async ({ ms = 5000 }) => {
    await sleep(Number(ms))
    return `slow hello from ${process.pid}\n`
  },

  // An error that nothing catches: it ends this worker.
  '/crash': () =>
    new Promise(() => {
      setTimeout(() => {
        throw new Error('crashed as asked')
      })
    }),
}

app.use(async (context) => {
  const route = routes[context.path]
  if (route) context.body = await route(context.query)
})

function fibonacci(n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)
}

clustered(app).listen(process.env.PORT ?? 8000)
