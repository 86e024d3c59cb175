import { createHTTPServer } from '@trpc/server/adapters/standalone'
import { clustered } from '@clustered/core'
import { router } from './router.js'

clustered(() => createHTTPServer({ router }), {
  onDrain: () => console.log(`hook onDrain ${process.pid}`),
  onShutdown: () => console.log(`hook onShutdown ${process.pid}`),
}).listen(process.env.PORT)
