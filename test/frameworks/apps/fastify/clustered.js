import { clustered } from '@clustered/fastify'
import { build } from './app.js'

await clustered(build, {
  onDrain: () => console.log(`hook onDrain ${process.pid}`),
  onShutdown: () => console.log(`hook onShutdown ${process.pid}`),
}).listen({ port: process.env.PORT })
