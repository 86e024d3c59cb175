import https from 'node:https'
import { app } from './app.js'

const server = https
  .createServer({ key: process.env.TLS_KEY, cert: process.env.TLS_CERT }, app)
  .listen(process.env.PORT)
process.once('SIGTERM', () => server.close(() => console.log(`hook SIGTERM ${process.pid}`)))
