import http2 from 'node:http2'
import { app } from './app.js'

const server = http2.createServer(app).listen(process.env.PORT)
process.once('SIGTERM', () => server.close(() => console.log(`hook SIGTERM ${process.pid}`)))
