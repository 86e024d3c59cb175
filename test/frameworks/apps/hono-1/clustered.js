import { clustered } from '@clustered/hono'
import { app, injectWebSocket } from './app.js'

clustered(app, {
  onServer: injectWebSocket,
  onDrain: () => console.log(`hook onDrain ${process.pid}`),
  onShutdown: () => console.log(`hook onShutdown ${process.pid}`),
}).listen(process.env.PORT)
