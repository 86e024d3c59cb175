import { clustered } from '@clustered/hono'
import { app, websocket } from './app.js'

clustered(app, {
  websocket,
  onDrain: () => console.log(`hook onDrain ${process.pid}`),
  onShutdown: () => console.log(`hook onShutdown ${process.pid}`),
}).listen(process.env.PORT)
