import { serve } from 'h3'
import { app } from './app.js'

const server = serve(app, { port: process.env.PORT, silent: true })
process.once('SIGTERM', () => server.close().then(() => console.log(`hook SIGTERM ${process.pid}`)))
