import http2 from 'node:http2'
import { app } from './app.js'

const server = http2
  .createSecureServer({ key: process.env.TLS_KEY, cert: process.env.TLS_CERT }, app)
  .listen(process.env.PORT)
process.once('SIGTERM', () => server.close(() => console.log(`hook SIGTERM ${process.pid}`)))
