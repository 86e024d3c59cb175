import { clustered } from '@clustered/core'
import { server } from './app.js'

clustered(server.server, {
  onDrain: () => console.log(`hook onDrain ${process.pid}`),
  onShutdown: () => console.log(`hook onShutdown ${process.pid}`),
}).listen(process.env.PORT)
