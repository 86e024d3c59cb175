import express from 'express'
import { setTimeout as sleep } from 'node:timers/promises'

export const app = express()

app.get('/', (request, response) => response.send('hello'))
app.get('/later', async (request, response) => {
  await sleep(20)
  response.send('later')
})
app.post('/echo', (request, response) => request.pipe(response))
app.get('/slow', async (request, response) => {
  console.log('slow request begins')
  await sleep(700)
  response.send('slow')
})
