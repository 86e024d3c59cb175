// What pm2 runs, once for each worker.
import http from 'node:http'
import { answer } from './answer.js'

http.createServer(answer).listen(Number(process.env.PORT), '127.0.0.1')
