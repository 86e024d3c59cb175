import https from 'node:https'
import { clustered } from '@clustered/core'
import { app } from './app.js'

clustered(() => https.createServer({ key: process.env.TLS_KEY, cert: process.env.TLS_CERT }, app), {
  onDrain: () => console.log(`hook onDrain ${process.pid}`),
  onShutdown: () => console.log(`hook onShutdown ${process.pid}`),
}).listen(process.env.PORT)
