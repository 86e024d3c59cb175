import { setTimeout as sleep } from 'node:timers/promises'
import { upgradeWebSocket } from '@hono/node-server'
import { Hono } from 'hono'
import { WebSocketServer } from 'ws'

export const app = new Hono()
export const websocket = { server: new WebSocketServer({ noServer: true }) }

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
