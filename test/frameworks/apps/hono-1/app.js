import { setTimeout as sleep } from 'node:timers/promises'
import { createNodeWebSocket } from '@hono/node-ws'
import { Hono } from 'hono'

export const app = new Hono()
export const { injectWebSocket, upgradeWebSocket } = createNodeWebSocket({ app })

app.get('/', (c) => c.text('hello'))
app.get('/later', async (c) => {
  await sleep(20)
  return c.text('later')
})
app.post('/echo', (c) => c.body(c.req.raw.body))
app.get('/slow', async (c) => {
  console.log('slow request begins')
  await sleep(700)
  return c.text('slow')
})
app.get(
  '/ws',
  upgradeWebSocket(() => ({ onMessage: ({ data }, socket) => socket.send(data) })),
)
