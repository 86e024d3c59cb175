import http from 'node:http'
import { app } from './app.js'

const server = http.createServer(app).listen(process.env.PORT)
process.once('SIGTERM', () => server.close(() => console.log(`hook SIGTERM ${process.pid}`)))
