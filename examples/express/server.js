import { setTimeout as sleep } from 'node:timers/promises'
import express from 'express'
import { clustered } from '@clustered/express'

const app = express()

app.get('/', (_request, response) => {
  response.send(`hello from ${process.pid}\n`)
})

// Keeps this worker's core busy; the other workers go on answering.
app.get('/cpu', (_request, response) => {
  response.send(`fib(38) = ${fibonacci(38)}, from ${process.pid}\n`)
})

app.get('/slow', async (request, response) => {
  await sleep(Number(request.query.ms ?? 5000))
  response.send(`slow hello from ${process.pid}\n`)
})

// An error that nothing catches: it ends this worker.
app.get('/crash', () => {
  setTimeout(() => {
    throw new Error('crashed as asked')
  })
})

function fibonacci(n) {
  return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2)
}

clustered(app).listen(process.env.PORT ?? 8000)
