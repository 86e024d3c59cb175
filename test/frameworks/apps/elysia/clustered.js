import { clustered } from '@clustered/fetch'
import { app } from './app.js'

clustered(app, {
  onDrain: () => console.log(`hook onDrain ${process.pid}`),
  onShutdown: () => console.log(`hook onShutdown ${process.pid}`),
}).listen(process.env.PORT)
