import { setTimeout as sleep } from 'node:timers/promises'
import { upgradeWebSocket } from '@hono/node-server'
import { serveStatic } from '@hono/node-server/serve-static'
import { Hono } from 'hono'
import { streamSSE } from 'hono/streaming'

export const app = new Hono()

app.get('/', (c) => c.text(`hello from ${process.pid}\n`))

// Keeps this worker's core busy; the other workers go on answering.
app.get('/cpu', (c) => c.text(`fib(38) = ${fibonacci(38)}, from ${process.pid}\n`))

app.get('/slow', async (c) => {
  await sleep(Number(c.req.query('ms') ?? 5000))
  return c.text(`slow hello from ${process.pid}\n`)
})

// An error that nothing catches: it ends this worker.
app.get('/crash', () => {
  setTimeout(() => {
    throw new Error('crashed as asked')
  })
  return new Promise<Response>(() => {})
})

// The answer does not wait for it, and a worker that leaves does.
app.post('/orders', (c) => {
  c.executionCtx.waitUntil(sendMail())
  return c.json({ accepted: true }, 202)
})

app.get('/clock', (c) =>
  streamSSE(c, async (stream) => {
    while (!stream.aborted) {
      await stream.writeSSE({ data: `${new Date().toISOString()} from ${process.pid}`, retry: 200 })
      await stream.sleep(1000)
    }
  }),
)

app.get(
  '/echo',
  upgradeWebSocket(() => ({
    onMessage: ({ data }, socket) => socket.send(`${data as string} from ${process.pid}`),
  })),
)

app.use('/*', serveStatic({ root: `${import.meta.dirname}/../public` }))

async function sendMail(): Promise<void> {
  await sleep(1000)
  console.log(`mail sent by ${process.pid}`)
}

function fibonacci(n: number): number {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)
}
