import { serve } from '@hono/node-server'
import { app, websocket } from './app.js'

const server = serve({ fetch: app.fetch, port: process.env.PORT, websocket })
process.once('SIGTERM', () => server.close(() => console.log(`hook SIGTERM ${process.pid}`)))
