import { serve } from '@hono/node-server'
import { app, injectWebSocket } from './app.js'

const server = serve({ fetch: app.fetch, port: process.env.PORT })
injectWebSocket(server)
process.once('SIGTERM', () => server.close(() => console.log(`hook SIGTERM ${process.pid}`)))
