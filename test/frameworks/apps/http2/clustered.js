import http2 from 'node:http2'
import { clustered } from '@clustered/core'
import { app } from './app.js'

clustered(() => http2.createSecureServer({ key: process.env.TLS_KEY, cert: process.env.TLS_CERT }, app), {
  onDrain: () => console.log(`hook onDrain ${process.pid}`),
  onShutdown: () => console.log(`hook onShutdown ${process.pid}`),
}).listen(process.env.PORT)
