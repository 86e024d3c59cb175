import { makeServer } from './app.js'

const server = makeServer({ port: process.env.PORT })
process.once('SIGTERM', () => server.stop({ timeout: 10_000 }))
await server.start()
