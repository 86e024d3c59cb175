import { clustered } from '@clustered/hono'
import { WebSocketServer } from 'ws'
import { app } from './app.js'

clustered(app, {
  websocket: { server: new WebSocketServer({ noServer: true }) },
  onShutdown: () => console.log(`${process.pid} has answered everything`),
}).listen(process.env.PORT ?? 8000)
